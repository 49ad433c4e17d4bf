import { Skeleton } from 'antd'
import { type ReactNode, useState } from 'react'
import type { Document } from '#console/reports/document.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'

/** What a document answers, drawn by its page; the people behind a number stand in a drawer beside it. */
export function Answered<Result>(props: { document: Document; children: (result: Result, drill: (drill: Drill) => void) => ReactNode }) {
  const { data, error, refetch, isPlaceholderData } = useAnswer<Result>(props.document)
  const [people, setPeople] = useState<Drill>()
  if (error && !data)
    return (
      <Section>
        <Problem error={error} retry={() => void refetch()} />
      </Section>
    )
  if (!data)
    return (
      <Section>
        <Skeleton active paragraph={{ rows: 10 }} />
      </Section>
    )
  return (
    <div className={isPlaceholderData ? 'refreshing' : ''}>
      <Stack>{props.children(data.result, setPeople)}</Stack>
      {people && <PeopleDrawer asked={people} onClose={() => setPeople(undefined)} />}
    </div>
  )
}
