import { Alert } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { reasonText } from '#console/outbound/labels.tsx'
import { exactNumber, shortTime } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { Preview } from '#operation/messages/schema.ts'

/** How many hear it, by whom, and why the others do not. */
export function PreviewBox({ preview, whom = 'customers' }: { preview: Preview; whom?: 'customers' | 'groups' }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const { receivers, now, later, employees, suppressed, needsApproval, quietUntil, limitsLifted } = preview
  const notes = [
    later > 0 ? t('outbound.later', { count: exactNumber(later) }) : undefined,
    employees > 0 ? t('outbound.bySenders', { count: exactNumber(employees) }) : undefined,
    quietUntil ? t('outbound.quietUntil', { at: shortTime(quietUntil, timezone, language) }) : undefined,
  ].filter((note) => note !== undefined)
  return (
    <Section
      title={t(whom === 'groups' ? 'outbound.willHearGroups' : 'outbound.willHear', { count: exactNumber(now + later) })}
      note={notes.join(' · ')}
    >
      <Stats>
        <Stat name={t(whom === 'groups' ? 'outbound.receiverGroups' : 'outbound.receivers')} value={exactNumber(receivers)} />
        {suppressed.map(({ reason, count }) => (
          <Stat key={reason} name={reasonText(t, reason)} value={exactNumber(count)} />
        ))}
      </Stats>
      {needsApproval && <Alert type="info" showIcon title={t('outbound.needsApproval')} />}
      {limitsLifted && <Alert type="warning" showIcon title={t('outbound.lifted')} />}
    </Section>
  )
}
