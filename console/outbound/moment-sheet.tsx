import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { AttachmentView } from '#console/live-codes/welcome-preview.tsx'
import { momentTones } from '#console/outbound/labels.tsx'
import { useMoment, useMomentTasks } from '#console/outbound/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { MomentItem } from '#operation/moments/schema.ts'

/** One moment whole: what it says and shows, to whom, who publishes it and who has. `actions`: what may be done with it. */
export function MomentSheet(props: { id: string | undefined; onClose: () => void; actions: (moment: MomentItem) => ReactNode }) {
  const { id, onClose, actions } = props
  const { t } = useText()
  const moment = useMoment(id)
  const found = moment.data?.id === id ? moment.data : undefined
  return (
    <SideSheet title={found?.name ?? t('outbound.moments')} open={id !== undefined} onClose={onClose} actions={found && actions(found)}>
      {id && (
        <PlainScroll>
          <Awaited read={moment}>{(shown) => <Moment moment={shown} />}</Awaited>
        </PlainScroll>
      )}
    </SideSheet>
  )
}

function Moment({ moment }: { moment: MomentItem }) {
  const { t } = useText()
  const { content, state, journey, employees, tags, receivers, approvedBy, reviewNote, error, scheduledAt, publishedAt } = moment
  const named = (list: { name: string }[], all: string) => list.map(({ name }) => name).join(t('ui.comma')) || all
  return (
    <Stack>
      <Facts
        items={[
          { name: t('outbound.state'), value: <Badge tone={momentTones[state]}>{t(`outbound.momentStates.${state}`)}</Badge> },
          ...(error ? [{ name: t('outbound.reason'), value: error }] : []),
          ...(reviewNote ? [{ name: t('outbound.reviewNote'), value: reviewNote }] : []),
          ...(journey
            ? [
                {
                  name: t('outbound.fromJourney'),
                  value: (
                    <Link to="/journeys/$journeyId" params={{ journeyId: journey.id }}>
                      {journey.name}
                    </Link>
                  ),
                },
              ]
            : []),
          { name: t('outbound.publishers'), value: named(employees, t('outbound.allEmployees')) },
          { name: t('outbound.visibleTo'), value: named(tags, t('outbound.allCustomers')) },
          ...(receivers === null ? [] : [{ name: t('outbound.momentReceivers'), value: exactNumber(receivers) }]),
          { name: t('outbound.at'), value: <When at={publishedAt ?? scheduledAt} /> },
          ...(approvedBy ? [{ name: t('outbound.approve'), value: approvedBy }] : []),
        ]}
      />
      <Section title={t('outbound.content')}>
        {content.text && <p className="words">{content.text}</p>}
        {content.attachments.map((attachment, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
          <AttachmentView key={place} attachment={attachment} />
        ))}
      </Section>
      <Section title={t('outbound.progress')}>
        <Tasks id={moment.id} />
      </Section>
    </Stack>
  )
}

/** Who was asked to publish it: those who have not come first. */
function Tasks({ id }: { id: string }) {
  const { t } = useText()
  return (
    <Awaited read={useMomentTasks(id)}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="note">{t('outbound.momentTasksNone')}</p>
        ) : (
          <ul className="lines">
            {items.map(({ employee, userId, publishedAt, likes, comments }) => (
              <li key={userId}>
                <span className="person-text">
                  <span className="person-name">{employee?.name ?? userId}</span>
                  {publishedAt && (
                    <span className="note">
                      <When at={publishedAt} /> · {t('outbound.reactions', { likes, comments })}
                    </span>
                  )}
                </span>
                <Badge tone={publishedAt ? 'good' : 'waiting'}>
                  {t(publishedAt ? 'outbound.hasPublished' : 'outbound.taskStates.asked')}
                </Badge>
              </li>
            ))}
          </ul>
        )
      }
    </Awaited>
  )
}
