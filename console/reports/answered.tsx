import { type ReactNode, useState } from 'react'
import type { Document } from '#console/reports/document.ts'
import { Freshness } from '#console/reports/freshness.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'

/** What a document answers, drawn by its page; the people behind a number stand in a drawer beside it. */
export function Answered<Result>(props: { document: Document; children: (result: Result, drill: (drill: Drill) => void) => ReactNode }) {
  const answer = useAnswer<Result>(props.document)
  const [people, setPeople] = useState<Drill>()
  return (
    <>
      <Awaited read={answer}>
        {(data) => (
          <>
            {props.children(data.result, setPeople)}
            <Freshness answer={data} document={props.document} />
          </>
        )}
      </Awaited>
      {people && <PeopleDrawer asked={people} onClose={() => setPeople(undefined)} />}
    </>
  )
}
