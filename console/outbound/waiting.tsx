import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { useApprovals } from '#console/outbound/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import type { ApprovalItem } from '#operation/approvals/schema.ts'

/** What waits for the word of whoever looks, each a way there; nothing where nothing waits. */
export function WaitingForWord() {
  const { t } = useText()
  const items = useApprovals().data?.items ?? []
  if (items.length === 0) return null
  return (
    <Section title={t('outbound.waiting')} note={t('outbound.waitingNote')}>
      <ul className="lines">
        {items.map((item) => (
          <li key={`${item.kind} ${item.id}`}>
            <span className="person-text">
              <Link to={pathOf(item) as string}>{item.name}</Link>
              <span className="note">
                {[
                  t(`outbound.waitingKinds.${item.kind}`),
                  item.receivers === null ? '' : t('outbound.reviewPeople', { count: exactNumber(item.receivers) }),
                  item.by && t('outbound.waitingBy', { name: item.by }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            {item.at && (
              <span className="note">
                <When at={item.at} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

const pathOf = ({ kind, id }: ApprovalItem): string =>
  kind === 'message' ? `/messages/${id}` : kind === 'moment' ? `/moments?moment=${id}` : `/journeys/${id}`
