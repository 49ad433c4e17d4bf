import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { textProperties } from '#platform/events/loader.ts'
import type { Person } from './judge.ts'

/** Somebody of a small world: everything a rule can ask, and whom they were merged into. */
export type Known = Omit<Person, 'id' | 'attributes'> & { attributes: Record<string, unknown>; mergedInto?: number; isDevice?: boolean }

/** Writes people, numbered from 1, as the features would have left them in both databases. */
export async function writePeople(ctx: Context, people: readonly Known[]): Promise<void> {
  const canonical = (i: number) => people[i]?.mergedInto ?? i + 1
  await insert(
    ctx,
    'customers',
    people.map((one, i) => ({
      id: i + 1,
      canonical_id: canonical(i),
      listed: one.mergedInto === undefined && !one.isDevice,
      attributes: one.attributes,
    })),
  )
  await insert(
    ctx,
    'customer_tags',
    people.flatMap((one, i) =>
      one.tags.map((tag) => ({
        customer_id: i + 1,
        tag_id: tag,
        canonical_id: canonical(i),
        source: 'hand',
        tagged_at: '2026-01-01T00:00:00Z',
      })),
    ),
  )
  await writeFollows(ctx, people, canonical)
  await insert(
    ctx,
    'group_members',
    people.flatMap((one, i) =>
      one.stays.map((stay) => ({
        group_id: stay.group,
        member: `${i + 1}-${stay.joinedAt}`,
        kind: 'customer',
        customer_id: i + 1,
        joined_at: iso(stay.joinedAt),
        left_at: iso(stay.leftAt),
      })),
    ),
  )
  await ctx.clickhouse.insert(
    'events',
    people.flatMap((one, i) =>
      one.events.map((event) => ({
        tenant: ctx.tenantId,
        person: i + 1,
        at: event.ms,
        name: event.name,
        id: event.id,
        properties: event.properties,
        received_at: 0,
        load: 0,
      })),
    ),
    { max_partitions_per_insert_block: '0' },
  )
  await ctx.clickhouse.insert(
    'persons',
    people.map((one, i) => ({
      tenant: ctx.tenantId,
      person: i + 1,
      canonical: canonical(i),
      properties: textProperties({ kind: 'person', ...one.attributes }),
      version: 1,
    })),
  )
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

/** The last time with an employee is the relation, those before it its periods. */
async function writeFollows(ctx: Context, people: readonly Known[], canonical: (i: number) => number): Promise<void> {
  const rows = people.flatMap((one, i) => {
    const byEmployee = Map.groupBy(one.follows, ({ employee }) => employee)
    return [...byEmployee.values()].flatMap((times) =>
      times
        .sort((a, b) => a.addedAt - b.addedAt)
        .map((time, place) => ({
          isLast: place === times.length - 1,
          customer_id: i + 1,
          employee_id: time.employee,
          canonical_id: canonical(i),
          added_at: iso(time.addedAt),
          ended_at: iso(time.endedAt),
          ended_by: time.endedBy,
          add_way: time.addWay,
          channel_id: time.channel,
        })),
    )
  })
  await insert(
    ctx,
    'follows',
    rows.filter(({ isLast }) => isLast).map(({ isLast: _, ...row }) => row),
  )
  await insert(
    ctx,
    'follow_periods',
    rows.filter(({ isLast }) => !isLast).map(({ isLast: _, canonical_id: __, ...row }) => row),
  )
}

/** Tags, groups and employees of these numbers. */
export async function writeNouns(ctx: Context): Promise<void> {
  await insert(ctx, 'tag_groups', [{ id: 1, name: 'g' }])
  await insert(
    ctx,
    'tags',
    [1, 2, 3].map((id) => ({ id, group_id: 1, name: `t${id}` })),
  )
  await insert(
    ctx,
    'groups',
    [1, 2].map((id) => ({ id, corp: 1, chat_id: `c${id}`, created_at: '2026-01-01T00:00:00Z', changed_at: '2026-01-01T00:00:00Z' })),
  )
}

/** Rows as JSON, because the columns differ from table to table. */
async function insert(ctx: Context, table: string, rows: object[]): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = sql.join(Object.keys(first).map((name) => sql.ref(name)))
  await sql`insert into ${sql.ref(table)} (tenant_id, ${columns}) overriding system value
    select ${ctx.tenantId}, ${columns} from jsonb_populate_recordset(null::${sql.ref(table)}, ${JSON.stringify(rows)}::jsonb)`.execute(
    ctx.db,
  )
}

export const event = (name: string, at: string | number, properties: Record<string, unknown> = {}) => ({
  name,
  id: randomUUID(),
  ms: typeof at === 'number' ? at : Date.parse(at),
  properties: textProperties(properties),
})
