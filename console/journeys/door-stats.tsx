import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { SortedPeople } from '#operation/journeys/schema.ts'

/** How many come in, and why the others do not. `named`: how those are called who are asked about. */
export function DoorStats({ named, seen, children }: { named: string; seen: SortedPeople; children?: ReactNode }) {
  const { t } = useText()
  return (
    <Stats>
      <Stat name={named} value={exactNumber(seen.people)} />
      <Stat name={t('journeys.letIn.enters')} value={exactNumber(seen.enters)} />
      {seen.refused.map(({ reason, people }) => (
        <Stat
          key={reason}
          name={t(`journeys.letIn.reasons.${reason}`)}
          hint={t(`journeys.letIn.reasonHints.${reason}`)}
          value={exactNumber(people)}
        />
      ))}
      {children}
    </Stats>
  )
}
