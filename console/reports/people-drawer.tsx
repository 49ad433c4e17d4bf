import { useTenant } from '#console/api/session.ts'
import { PeopleSheet } from '#console/customers/people-sheet.tsx'
import { useAnswerPeople } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { ruleOf } from '#console/reports/rule-of.ts'
import { todayIn } from '#console/ui/format.ts'

/** Who stands behind a number of a report, and what can be done with them. */
export function PeopleDrawer({ asked, onClose }: { asked: Drill; onClose: () => void }) {
  const people = useAnswerPeople(asked, (result: Listed) => idsOf(result, asked.group))
  return (
    <PeopleSheet
      title={asked.title}
      people={people}
      rule={ruleOf(asked, todayIn(useTenant().timezone))}
      origin={{ kind: 'report', title: asked.title.slice(0, 300), report: asked.report }}
      onClose={onClose}
    />
  )
}

type Listed = { persons?: string[]; rows?: { person: string; group: string; monetary: number }[] }

function idsOf(result: Listed, group: string | undefined): string[] {
  if (group === undefined) return result.persons ?? []
  return (result.rows ?? [])
    .filter((row) => row.group === group)
    .sort((a, b) => b.monetary - a.monetary)
    .map((row) => row.person)
}
