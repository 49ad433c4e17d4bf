import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { fatesOf } from '../outbound/queries.ts'
import { visitKey } from './acts.ts'
import type { Passed } from './advance.ts'
import { shownReview } from './approving.ts'
import { countArrivals } from './arrivals.ts'
import { Definition } from './definition.ts'
import { shownEntries } from './letting-in.ts'
import type { Journey, JourneyItem, JourneyQuery, Run, RunQuery, StepCounts, Trace } from './schema.ts'

type Row = {
  id: number
  name: string
  note: string
  state: JourneyItem['state']
  version: number
  active: number
  entered: number
  done: number
  goal: number
  startedAt: Date | null
  updatedAt: Date
  archivedAt: Date | null
}

/** `people` of the journey itself by one way, all versions together. */
const counted = (way: string) =>
  sql<number>`coalesce((select sum(c.people)::int from journey_counts c where c.tenant_id = j.tenant_id and c.journey_id = j.id and c.step = '' and c.way = ${way}), 0)`

const itemColumns = sql`j.id, j.name, j.note, j.state, j.version, j.started_at, j.updated_at, j.archived_at,
  (select count(*)::int from journey_runs r where r.tenant_id = j.tenant_id and r.journey_id = j.id and r.state = 'active') as active,
  ${counted('entered')} as entered, ${counted('done')} as done, ${counted('goal')} as goal`

const itemOf = (ctx: Context, { id, startedAt, updatedAt, archivedAt, ...row }: Row): JourneyItem => ({
  ...row,
  id: publicId(ctx, 'jny', id),
  startedAt: startedAt?.toISOString() ?? null,
  updatedAt: updatedAt.toISOString(),
  archivedAt: archivedAt?.toISOString() ?? null,
})

const Key = z.tuple([z.string(), z.number()])

/** The last changed first. */
export async function listJourneys(ctx: Context, { q, state, archived, limit, cursor }: JourneyQuery) {
  const after = decodeCursor(Key, cursor)
  const { rows } = await sql<Row>`
    select ${itemColumns} from journeys j
    where j.tenant_id = ${ctx.tenantId} and (j.archived_at is not null) = ${archived ?? false}
      and (${state ?? null}::text is null or j.state = ${state ?? null})
      and (${q ?? null}::text is null or position(lower(${q ?? ''}) in lower(j.name || ' ' || j.note)) > 0)
      and (${after?.[0] ?? null}::timestamptz is null or (j.updated_at, j.id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? 0}))
    order by j.updated_at desc, j.id desc limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, ({ updatedAt, id }) => [updatedAt.toISOString(), id])
  return { items: page.items.map((row) => itemOf(ctx, row)), next: page.next }
}

export async function readJourney(ctx: Context, id: number): Promise<Journey> {
  const { rows } = await sql<
    Row & {
      draft: unknown
      published: unknown
      dueAt: Date | null
      differs: boolean
      review: unknown
      makers: number[]
      reviewNote: string | null
      entryReview: unknown
    }
  >`
    select ${itemColumns}, j.draft, v.definition as published, j.due_at, coalesce(j.draft <> v.definition, true) as differs,
      j.review, j.makers, j.review_note, j.entry_review from journeys j
      left join journey_versions v on v.tenant_id = j.tenant_id and v.journey_id = j.id and v.version = j.version
    where j.tenant_id = ${ctx.tenantId} and j.id = ${id}`.execute(ctx.db)
  const [row] = rows
  if (!row) throw notFound('journey')
  const { draft, published, dueAt, differs, review, makers, reviewNote, entryReview, ...item } = row
  return {
    ...itemOf(ctx, item),
    draft: Definition.parse(draft),
    published: published === null ? null : Definition.parse(published),
    changed: differs,
    dueAt: dueAt?.toISOString() ?? null,
    review: shownReview(ctx, review, makers),
    entryReview: shownEntries(ctx, entryReview),
    reviewNote,
  }
}

/** Of one version, or of all together; those who were moved to a version count there from then on. */
export async function readCounts(ctx: Context, id: number, version?: number): Promise<z.infer<typeof StepCounts>> {
  const ofVersion = version === undefined ? sql`true` : sql`version = ${version}`
  const [waiting, ways, versions, arrivals] = await Promise.all([
    sql<{ step: string; people: number }>`
      select coalesce(step, '') as step, count(*)::int as people from journey_runs
      where tenant_id = ${ctx.tenantId} and journey_id = ${id} and state = 'active' and ${ofVersion} group by 1`.execute(ctx.db),
    sql<{ step: string; way: string; people: number }>`
      select step, way, sum(people)::int as people from journey_counts
      where tenant_id = ${ctx.tenantId} and journey_id = ${id} and ${ofVersion} group by step, way`.execute(ctx.db),
    sql<{ version: number; active: number; publishedAt: Date }>`
      select v.version, v.published_at, (select count(*)::int from journey_runs r
        where r.tenant_id = v.tenant_id and r.journey_id = v.journey_id and r.version = v.version and r.state = 'active') as active
      from journey_versions v where v.tenant_id = ${ctx.tenantId} and v.journey_id = ${id} order by v.version desc`.execute(ctx.db),
    countArrivals(ctx, id),
  ])
  const steps = new Set([...waiting.rows, ...ways.rows].map(({ step }) => step))
  return {
    steps: [...steps].sort().map((step) => ({
      step,
      waiting: waiting.rows.find((row) => row.step === step)?.people ?? 0,
      ways: Object.fromEntries(ways.rows.filter((row) => row.step === step).map(({ way, people }) => [way, people])),
    })),
    versions: versions.rows.map(({ publishedAt, ...row }) => ({ ...row, publishedAt: publishedAt.toISOString() })),
    arrivals,
  }
}

type RunRow = {
  id: number
  customerId: number
  name: string | null
  version: number
  state: z.infer<typeof Run>['state']
  reason: string | null
  step: string | null
  wakeAt: Date | null
  enteredAt: Date
  endedAt: Date | null
  goalAt: Date | null
}

const runColumns = sql`r.id, c.canonical_id as customer_id, k.name, r.version, r.state, r.reason, r.step, coalesce(r.until_at, r.wake_at) as wake_at, r.entered_at, r.ended_at, r.goal_at`
const runTables = sql`journey_runs r join customers c on c.tenant_id = r.tenant_id and c.id = r.customer_id
  join customers k on k.tenant_id = c.tenant_id and k.id = c.canonical_id`

const runOf = (ctx: Context, { id, customerId, name, wakeAt, enteredAt, endedAt, goalAt, ...row }: RunRow): z.infer<typeof Run> => ({
  ...row,
  id: publicId(ctx, 'jru', Number(id)),
  customer: { id: publicId(ctx, 'cus', customerId), name },
  wakeAt: wakeAt?.toISOString() ?? null,
  enteredAt: enteredAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
  goalAt: goalAt?.toISOString() ?? null,
})

/** Newest first. */
export async function listRuns(ctx: Context, journey: number, { step, state, limit, cursor }: RunQuery) {
  const before = decodeCursor(z.int(), cursor)
  const { rows } = await sql<RunRow>`
    select ${runColumns} from ${runTables}
    where r.tenant_id = ${ctx.tenantId} and r.journey_id = ${journey} and (${step ?? null}::text is null or r.step = ${step ?? null})
      and (${state ?? null}::text is null or r.state = ${state ?? null}) and (${before ?? null}::bigint is null or r.id < ${before ?? null})
    order by r.id desc limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, ({ id }) => Number(id))
  return { items: page.items.map((row) => runOf(ctx, row)), next: page.next }
}

/** One person's way, turn by turn, by the version they walk on, with what became of its messages by now. */
export async function readTrace(ctx: Context, run: number): Promise<z.infer<typeof Trace>> {
  const { rows } = await sql<RunRow & { journey: number; definition: unknown }>`
    select ${runColumns}, r.journey_id as journey, v.definition from ${runTables}
      join journey_versions v on v.tenant_id = r.tenant_id and v.journey_id = r.journey_id and v.version = r.version
    where r.tenant_id = ${ctx.tenantId} and r.id = ${run}`.execute(ctx.db)
  const [row] = rows
  if (!row) throw notFound('journey_run')
  const { journey, definition, ...facts } = row
  const { rows: turns } = await sql<{ turn: number; at: Date; passed: Passed[] }>`
    select turn, at, passed from journey_traces where tenant_id = ${ctx.tenantId} and run_id = ${run} order by turn`.execute(ctx.db)
  // A trace is numbered when its turn is over, a wish when it is made.
  const keyed = turns.map(({ turn, passed }) =>
    passed.flatMap((one) => {
      const keys = [visitKey(journey, run, one.step, turn - 1), ...('way' in one ? (one.wishes ?? []) : [])]
      return keys.map((key) => ({ step: one.step, key }))
    }),
  )
  const fates = await fatesOf(
    ctx,
    keyed.flat().map(({ key }) => key),
  )
  const sendsOf = (turn: number) => {
    const known = (keyed[turn] ?? []).flatMap(({ step, key }) => {
      const fate = fates.get(key)
      return fate ? [{ step, fate }] : []
    })
    return [...Map.groupBy(known, ({ step }) => step)].map(([step, list]) => [step, list.map(({ fate }) => fate)] as const)
  }
  return {
    run: runOf(ctx, facts),
    definition: Definition.parse(definition),
    turns: turns.map(({ at, passed }, i) => ({
      at: at.toISOString(),
      passed: passed.map((one) => ('way' in one ? { step: one.step, way: one.way } : one)),
      sends: Object.fromEntries(sendsOf(i)),
    })),
  }
}

/** The journeys that somebody is or was on, newest first. */
export async function runsOfCustomer(
  ctx: Context,
  canonical: number,
): Promise<{ journey: { id: string; name: string }; run: z.infer<typeof Run> }[]> {
  const { rows } = await sql<RunRow & { journey: number; journeyName: string }>`
    select ${runColumns}, j.id as journey, j.name as journey_name from ${runTables} join journeys j on j.tenant_id = r.tenant_id and j.id = r.journey_id
    where r.tenant_id = ${ctx.tenantId} and c.canonical_id = ${canonical} order by r.id desc limit 100`.execute(ctx.db)
  return rows.map(({ journey, journeyName, ...run }) => ({
    journey: { id: publicId(ctx, 'jny', journey), name: journeyName },
    run: runOf(ctx, run),
  }))
}
