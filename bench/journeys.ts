import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createJourney, enterByHand, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { moveOnce } from '#operation/journeys/loop.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openSandboxedWorkspace } from '#test/support/sandboxed-workspace.ts'
import { openServedWorkspace } from '#test/support/served-workspace.ts'
import { atLeast, atMost, type Bench, type Row } from './bench.ts'

/** So many are let in at a time. */
const doorPeople = 5000

/**
 * People through journeys by the worker of a normal start, from the first who is let in to the last who is out, durable commits on:
 * four steps that send nothing, and a task that names the person; then what people who wait cost a round of the worker; then a
 * branch and a message, until WeCom's sandbox has made the last one.
 */
export const bench: Bench = async (size, say) => {
  const people = size === 'full' ? 100_000 : 10_000
  const waiting = size === 'full' ? 1_000_000 : 50_000
  const workspace = await openServedWorkspace()
  try {
    const { ctx } = workspace
    await fill(ctx, Math.max(people, waiting))
    await gatherStatistics(workspace.engines.config.databaseUrl)
    const tag = publicId(ctx, 'tag', await ensureTag(ctx, '组', '走过'))
    const rows: Row[] = [
      atLeast(`four steps without a send, ${people} people`, await walk(ctx, people, fourSteps(tag), say), 'people/s', 8000),
      atLeast(`a task that names the person, ${people} people`, await walk(ctx, people, aTask, say), 'people/s', 1000),
    ]
    await workspace.worker.stop()
    rows.push(...(await wait(ctx, waiting, workspace.engines.config.databaseUrl, say)))
    await workspace.close()
    return [...rows, await write(people, say)]
  } catch (error) {
    await workspace.close()
    throw error
  }
}

const aMessage: object = {
  start: 'which',
  steps: [
    { id: 'which', type: 'branch', paths: [{ name: '一', when: { entry: { kind: 'a' } }, next: 'say' }], otherwise: null },
    { id: 'say', type: 'message', text: '上新了，来看看' },
  ],
}

/** Members who are asked to send: WeCom takes one call for each, of up to 10,000 customers. */
const membersAsked = 20

/** Entry, branch, message: until WeCom has made the messages of everybody and our rows say so. */
async function write(people: number, say: (text: string) => void): Promise<Row> {
  say(`A company of ${people} friends is read from the sandbox …`)
  // Some friends have no member any more.
  const workspace = await openSandboxedWorkspace({}, { employees: membersAsked, customers: Math.ceil(people * 1.1) })
  try {
    const { ctx } = workspace
    writeFileSync(join(ctx.config.dataDir, 'limits.json'), JSON.stringify({ massMessagesPerReceiver: 1_000_000 }))
    await changePolicy(ctx, { quietHours: { marketing: null, service: null }, frequency: { marketing: null, service: null } })
    let friends = await friendsOf(ctx, people)
    for (; friends.length < people; friends = await friendsOf(ctx, people)) await sleep(200)
    await gatherStatistics(workspace.engines.config.databaseUrl)
    const journey = await begin(ctx, aMessage)
    const started = performance.now()
    for (let first = 0; first < people; first += doorPeople)
      await enterByHand(ctx, journey, friends.slice(first, first + doorPeople), { kind: 'a' })
    say(`${people} are in after ${Math.round(performance.now() - started)} ms`)
    for (const what of ['wishes', 'asked'] as const) {
      while ((await written(ctx, journey))[what] < people) await sleep(50)
      say(`${what} of all after ${Math.round(performance.now() - started)} ms`)
    }
    const { tasks } = await written(ctx, journey)
    const name = `a branch and a message made by WeCom’s sandbox in ${tasks} calls, ${people} people, limits of WeCom lifted`
    return atLeast(name, people / ((performance.now() - started) / 1000), 'people/s', 2000)
  } finally {
    await workspace.close()
  }
}

async function friendsOf(ctx: Context, most: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct f.customer_id as id from wecom_follows f
      join employee_accounts a on a.tenant_id = f.tenant_id and a.corp_id = f.corp and a.user_id = f.user_id and a.left_at is null
    where f.tenant_id = ${ctx.tenantId} and f.live and not f.half and f.customer_id is not null order by 1 limit ${most}`.execute(ctx.db)
  return rows.map(({ id }) => id)
}

async function written(ctx: Context, journey: number): Promise<{ wishes: number; asked: number; tasks: number }> {
  const { rows } = await sql<{ wishes: number; asked: number; tasks: number }>`
    select count(*)::int as wishes, count(m.msg_id)::int as asked, count(distinct m.id)::int as tasks
    from sends s left join mass_tasks m on m.tenant_id = s.tenant_id and m.id = s.task
    where s.tenant_id = ${ctx.tenantId} and s.source_kind = 'journey' and s.source_id = ${journey}`.execute(ctx.db)
  return rows[0] ?? { wishes: 0, asked: 0, tasks: 0 }
}

const fourSteps = (tag: string): object => ({
  start: 'which',
  steps: [
    { id: 'which', type: 'branch', paths: [{ name: '一', when: { entry: { kind: 'a' } }, next: 'lot' }], otherwise: 'lot' },
    {
      id: 'lot',
      type: 'split',
      paths: [
        { name: 'A', weight: 50, next: 'tag' },
        { name: 'B', weight: 50, next: 'goal' },
      ],
    },
    { id: 'tag', type: 'tag', tag, next: 'goal' },
    { id: 'goal', type: 'goal' },
  ],
})

const aTask: object = {
  start: 'task',
  steps: [{ id: 'task', type: 'task', title: '问候{{name|朋友}}', script: '{{name|您}}好，我是{{employee}}' }],
}

async function begin(ctx: Context, draft: object): Promise<number> {
  const definition = Definition.parse({ entry: { by: 'hand' }, ...draft })
  const id = await createJourney(ctx, { name: `旅程 ${performance.now()}`, note: '', draft: definition })
  await publishJourney(ctx, rulesForJourneys, id)
  return id
}

async function letAllIn(ctx: Context, journey: number, people: number): Promise<void> {
  for (let first = 1; first <= people; first += doorPeople)
    await enterByHand(
      ctx,
      journey,
      Array.from({ length: Math.min(doorPeople, people - first + 1) }, (_, i) => first + i),
      { kind: 'a' },
    )
}

async function walk(ctx: Context, people: number, draft: object, say: (text: string) => void): Promise<number> {
  const journey = await begin(ctx, draft)
  const started = performance.now()
  await letAllIn(ctx, journey, people)
  say(`${people} are in after ${Math.round(performance.now() - started)} ms`)
  for (;;) {
    // The counts are written with the runs, and looked at for nothing.
    const { rows } = await sql`
      select from journey_counts where tenant_id = ${ctx.tenantId} and journey_id = ${journey} and step = '' and way = 'done' and people >= ${people}`.execute(
      ctx.db,
    )
    if (rows.length > 0) return people / ((performance.now() - started) / 1000)
    await sleep(50)
  }
}

async function wait(ctx: Context, people: number, databaseUrl: string | undefined, say: (text: string) => void): Promise<Row[]> {
  const journey = await begin(ctx, { start: 'wait', steps: [{ id: 'wait', type: 'wait', for: { value: 30, unit: 'day' } }] })
  await letAllIn(ctx, journey, people)
  while ((await moveOnce(ctx, rulesForJourneys)) > 0);
  say(`${people} are waiting`)
  await gatherStatistics(databaseUrl)
  const times: number[] = []
  for (let round = 0; round < 21; round++) {
    const started = performance.now()
    await moveOnce(ctx, rulesForJourneys)
    times.push(performance.now() - started)
  }
  return [atMost(`a round of the worker while ${people} people wait`, times.sort((a, b) => a - b)[10] ?? Number.NaN, 'ms', 10)]
}

/** Everybody has a name and a colleague. */
async function fill(ctx: Context, people: number): Promise<void> {
  await sql`insert into employees (tenant_id, name, status, role_id)
    select ${ctx.tenantId}, '员工' || n, 'active', (select min(id) from roles where tenant_id = ${ctx.tenantId}) from generate_series(1, 50) n`.execute(
    ctx.db,
  )
  await sql`insert into customers (tenant_id, id, canonical_id, listed, name)
    select ${ctx.tenantId}, n, n, true, '客户' || n from generate_series(1, ${people}::int) n`.execute(ctx.db)
  await sql`insert into follows (tenant_id, customer_id, canonical_id, employee_id, added_at)
    select ${ctx.tenantId}, c.id, c.id, e.ids[1 + c.id % array_length(e.ids, 1)], ${ctx.now()} from customers c,
      (select array_agg(id) as ids from employees where tenant_id = ${ctx.tenantId} and name like '员工%') e where c.tenant_id = ${ctx.tenantId}`.execute(
    ctx.db,
  )
}

/** What autovacuum does within a minute of a large import. */
async function gatherStatistics(databaseUrl: string | undefined): Promise<void> {
  const owner = new pg.Client({ connectionString: databaseUrl })
  await owner.connect()
  await owner.query('analyze')
  await owner.end()
}
