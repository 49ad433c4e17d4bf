import { Alert } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { PeopleSheet } from '#console/customers/people-sheet.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { reasonText } from '#console/outbound/labels.tsx'
import { usePreviewPeople } from '#console/outbound/queries.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { exactNumber, shortTime } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { AudienceInput, Outcome, Preview } from '#operation/messages/schema.ts'

interface Props {
  preview: Preview
  /** The message it is of, or what is being written. */
  of: string | AudienceInput
  whom: 'customers' | 'groups'
}

/** How many hear it, by whom, and why the others do not; a number of customers opens them. */
export function PreviewBox({ preview, of, whom }: Props) {
  const [shown, setShown] = useState<Shown>()
  const number = (title: string, outcome: Outcome, count: number) =>
    whom === 'groups' ? exactNumber(count) : <PeopleNumber value={count} onClick={() => setShown({ title, outcome })} />
  const { t, language } = useText()
  const { timezone } = useTenant()
  const { receivers, now, later, employees, suppressed, needsApproval, quietUntil, limitsLifted } = preview
  const heads = {
    all: t(whom === 'groups' ? 'outbound.receiverGroups' : 'outbound.receivers'),
    now: t('outbound.hearNow'),
    later: t('outbound.hearLater'),
  }
  const notes = [
    employees > 0 ? t('outbound.bySenders', { count: exactNumber(employees) }) : undefined,
    quietUntil ? t('outbound.quietUntil', { at: shortTime(quietUntil, timezone, language) }) : undefined,
  ].filter((note) => note !== undefined)
  return (
    <Section
      title={t(whom === 'groups' ? 'outbound.willHearGroups' : 'outbound.willHear', { count: exactNumber(now + later) })}
      note={notes.join(' · ')}
    >
      <Stats>
        <Stat name={heads.all} value={number(heads.all, 'all', receivers)} />
        {now > 0 && <Stat name={heads.now} value={number(heads.now, 'now', now)} />}
        {later > 0 && <Stat name={heads.later} value={number(heads.later, 'later', later)} />}
        {suppressed.map(({ reason, count }) => (
          <Stat key={reason} name={reasonText(t, reason)} value={number(reasonText(t, reason), reason, count)} />
        ))}
      </Stats>
      {needsApproval && <Alert type="info" showIcon title={t('outbound.needsApproval')} />}
      {shown && <Behind of={of} shown={shown} onClose={() => setShown(undefined)} />}
      {limitsLifted && <Alert type="warning" showIcon title={t('outbound.lifted')} />}
    </Section>
  )
}

interface Shown {
  title: string
  outcome: Outcome
}

function Behind({ of, shown: { title, outcome }, onClose }: { of: Props['of']; shown: Shown; onClose: () => void }) {
  return <PeopleSheet title={title} people={usePreviewPeople(of, outcome)} origin={{ kind: 'hand', title }} onClose={onClose} />
}
