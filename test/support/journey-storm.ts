import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentOf, type Kept, keep } from '#app/supervisor.ts'
import { listMassMessages, listMassResults, listMassTasks } from '#connectors/wecom/mass-messages.ts'
import { chunks, pages } from '#connectors/wecom/paging.ts'
import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { createAttribute } from '#management/customers/attributes.ts'
import { identifyMany } from '#management/identity/commands.ts'
import type { Identity } from '#management/identity/schema.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { createJourney, enterByHand, pauseJourney, publishJourney, resumeJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { publicId } from '#platform/ids.ts'
import { createLogger } from '#platform/log.ts'
import { type Random, seededRandom } from '#platform/random.ts'
import { type KillingLine, openKillingLine } from './killing-line.ts'
import { tellSandbox } from './sandbox-control.ts'
import { openServedWorkspace, type ServedWorkspace } from './served-workspace.ts'
import { until } from './until.ts'

// A journey from the events door to WeCom, while the workers that carry it are killed. Everything is real; the only
// stand-in is the sandbox, and the line to it knows the moment of a call.

export type StormFacts = {
  people: number
  employees: number
  /** One of each in turn until there are so many. */
  kills: readonly Kill[]
  seed: string
  silentMs?: number
  /** Waits and leases are shortened as if their time had passed; else they are waited for. */
  hurry: boolean
}

/**
 * Of a worker, at a random moment or aimed at the call that makes a mass message; of an engine; or an engine that is only silent
 * for a while, which nobody starts again.
 */
export type Kill =
  | 'at random'
  | 'before the call'
  | 'after the call'
  | 'after the commit'
  | 'postgres'
  | 'clickhouse'
  | 'clickhouse is silent'

export type StormResult = {
  kills: Record<string, number>
  seconds: number
  /** People by how they went, as the traces say. */
  ways: Record<string, number>
  /** What does not agree, in words; nothing else may be left. */
  differences: string[]
}

/** How somebody lives, by their place in the list: who answers what, who says nothing, who goes away. */
const lives = ['a', 'a', 'b', 'a', 'silent', 'b', 'quits', 'a', 'b', 'silent'] as const
type Life = (typeof lives)[number]
type Person = { customer: number; external: string; name: string; life: Life }

const begun = ['tag next', 'level next', 'pause waits', 'pause next', 'asked waits']
const waysOf: Record<Life, string[]> = {
  a: [...begun, 'asked next', 'which paths.0', 'greet next', 'greeted otherwise', 'task next', 'end end'],
  b: [...begun, 'asked next', 'which paths.1', 'coupon next', 'greet next', 'greeted paths.0', 'end end'],
  silent: [...begun, 'asked otherwise', 'which otherwise', 'task next', 'end end'],
  quits: [...begun, ' exit'],
}
const did = (life: Life, step: string): boolean => waysOf[life].includes(`${step} next`)

const definitionOf = (tag: string): Definition =>
  Definition.parse({
    entry: { by: 'event', event: 'storm.joined' },
    exits: [{ event: 'storm.quit' }],
    start: 'tag',
    steps: [
      { id: 'tag', type: 'tag', tag, next: 'level' },
      { id: 'level', type: 'attribute', key: 'level', value: 'in', next: 'pause' },
      { id: 'pause', type: 'wait', for: { value: 1, unit: 'minute' }, next: 'asked' },
      {
        id: 'asked',
        type: 'wait_for',
        happens: [{ event: 'storm.answered' }],
        timeout: { value: 1, unit: 'day' },
        next: 'which',
        otherwise: 'which',
      },
      {
        id: 'which',
        type: 'branch',
        paths: [
          { name: 'a', when: { happened: { wants: 'a' } }, next: 'greet' },
          { name: 'b', when: { rule: { event: { event: 'storm.answered', where: { wants: 'b' } } } }, next: 'coupon' },
        ],
        otherwise: 'task',
      },
      { id: 'coupon', type: 'offer', offer: 'coupon', value: 'STORM', next: 'greet' },
      { id: 'greet', type: 'message', text: '谢谢你的回答', next: 'greeted' },
      // Who answered b has no task.
      { id: 'greeted', type: 'branch', paths: [{ name: 'b', when: { happened: { wants: 'b' } }, next: 'end' }], otherwise: 'task' },
      { id: 'task', type: 'task', title: '问候{{name|朋友}}', script: '{{name|您}}好，我是{{employee}}', next: 'end' },
      { id: 'end', type: 'end' },
    ],
  })

/** Runs the storm and says what does not agree afterwards: traces, counts, effects, wishes and what WeCom has of them. */
export async function journeyStorm(facts: StormFacts): Promise<StormResult> {
  const house = await openHouse(facts)
  try {
    const startedAt = Date.now()
    const chance = seededRandom(facts.seed)
    const alive = live(house, facts, chance)
    const kills = await killAll(house, facts, chance, alive)
    await alive.calm()
    const differences = [...(await look(house)), ...(await lookAtSandbox(house))]
    return { kills, seconds: Math.round((Date.now() - startedAt) / 1000), ways: await waysTaken(house), differences }
  } finally {
    await house.close()
  }
}

type House = ServedWorkspace & {
  sandboxUrl: string
  workers: { process: Kept; line: KillingLine }[]
  corp: number
  people: Person[]
  journey: number
  tag: number
}

async function openHouse({ people: count, employees, seed }: StormFacts): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-sandbox-'))
  const log = createLogger('fatal', 'storm')
  const sandbox = keep({ name: 'sandbox', file: '../sandbox/main.ts', args: ['--port', '0', '--data', folder, '--json'], env: {}, log })
  const { url: sandboxUrl } = (await sandbox.ready) as { url: string }
  // Some customers have no friend who is a member any more.
  await tellSandbox(sandboxUrl, 'POST', 'company', { employees, customers: Math.ceil(count * 1.1), seed })
  const lines = [await openKillingLine(sandboxUrl), await openKillingLine(sandboxUrl)]
  const served = await openServedWorkspace({ WECOM_BASE_URL: lines[0]?.url ?? '', WECOM_OPEN_URL: sandboxUrl, WECOM_LOGIN_URL: sandboxUrl })
  const env = { ...environmentOf(served.engines.config), WECOM_BASE_URL: lines[1]?.url ?? '' }
  const second = keep({ name: 'worker-2', file: './worker.ts', env, log })
  const close = async () => {
    await second.stop()
    await served.close()
    await Promise.all(lines.map((line) => line.close()))
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await second.ready
    const workers = [served.worker, second].map((process, i) => ({ process, line: lines[i] as KillingLine }))
    return { ...served, sandboxUrl, workers, close, ...(await settle(served, sandboxUrl, count)) }
  } catch (error) {
    await close()
    throw error
  }
}

/** A company with friends, and the journey that they will come into. */
async function settle({ ctx }: ServedWorkspace, sandboxUrl: string, count: number) {
  await connectSandbox(ctx, sandboxUrl)
  await changePolicy(ctx, { quietHours: { marketing: null, service: null }, frequency: { marketing: null, service: null } })
  const friends = () =>
    ctx.databases.systemPool
      .query<{ corp: number; corpId: string; customer: number; external: string }>(
        `select distinct on (f.customer_id) f.corp, o.corp_id as "corpId", f.customer_id as customer, f.external_userid as external from wecom_follows f
         join wecom_corps o on o.id = f.corp join employee_accounts a on a.corp_id = f.corp and a.user_id = f.user_id and a.left_at is null
         where f.live and not f.half and f.customer_id is not null order by f.customer_id limit $1`,
        [count],
      )
      .then(({ rows }) => rows)
  await until(async () => (await friends()).length === count, 300_000)
  const rows = await friends()
  const people = rows.map(
    ({ customer, external }, i): Person => ({ customer, external, name: `storm-${i}`, life: lives[i % lives.length] ?? 'a' }),
  )
  for (const part of chunks(rows.entries().toArray(), 1000))
    await identifyMany(
      ctx,
      part.map(([i, { external, corpId }]) => {
        const identities: Identity[] = [
          { kind: 'wecom_external_userid', value: external, scope: corpId },
          { kind: 'person', value: `storm-${i}` },
        ]
        return { identities }
      }),
      'storm',
    )
  await createAttribute(ctx, { name: '等级', key: 'level', type: 'text' })
  const tag = await ensureTag(ctx, '旅程', '来过')
  const draft = definitionOf(publicId(ctx, 'tag', tag))
  const journey = await createJourney(ctx, { name: '风暴', note: '', draft })
  await publishJourney(ctx, rulesForJourneys, journey)
  return { corp: rows[0]?.corp ?? 0, people, journey, tag }
}

const rowsOf = async <Row extends object>({ ctx }: House, text: string, values: unknown[] = []): Promise<Row[]> =>
  (await ctx.databases.systemPool.query<Row>(text, values)).rows

/** An engine that was killed comes back. */
async function patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted) throw error
      await sleep(100)
    }
  }
}

/** The people: they come in, answer, go away; `arrive` lets so large a share of them come, `calm` waits until nothing is left to do. */
type Living = { arrive(share: number): void; calm(): Promise<void> }

function live(house: House, { hurry }: StormFacts, chance: Random): Living {
  const { people, journey } = house
  const byCustomer = new Map(people.map((person) => [person.customer, person]))
  const answered = new Set<number>()
  const coming = people.map((person) => ({ person, order: chance.next() })).sort((a, b) => a.order - b.order)
  const stop = new AbortController()
  let [wanted, came] = [0, 0]

  const comeIn = async () => {
    const part = coming.slice(came, Math.min(wanted, came + 500)).map(({ person }) => person)
    came += part.length
    if (part.length === 0) return
    // Some come while it is paused, or are heard of only when it goes on.
    const isPaused = chance.chance(0.5)
    if (isPaused) await patiently(() => pauseJourney(house.ctx, journey))
    // Late and out of order: each says another moment of the last minute than the one in which it is told.
    const joined = part.map(({ name }) => ({ id: randomUUID(), person: name, event: 'storm.joined', at: moment(chance.below(60)) }))
    await tell(house, joined)
    // The same told again, the same once more under another name, and some at the other door as well.
    await tell(house, [
      ...joined.filter(() => chance.chance(0.2)),
      ...joined.filter(() => chance.chance(0.2)).map((one) => ({ ...one, id: randomUUID() })),
    ])
    if (isPaused) {
      await sleep(500 + chance.below(1500))
      await patiently(() => resumeJourney(house.ctx, journey))
    }
    const twice = part.filter(() => chance.chance(0.2)).map(({ customer }) => customer)
    await patiently(() => enterByHand(house.ctx, journey, twice))
  }

  const answer = async () => {
    const waiting = await patiently(() =>
      rowsOf<{ customer: number }>(
        house,
        `select customer_id as customer from journey_runs where journey_id = $1 and state = 'active' and step = 'asked' and since is not null`,
        [journey],
      ),
    )
    const asked = waiting.flatMap(({ customer }) => (answered.has(customer) ? [] : (byCustomer.get(customer) ?? [])))
    for (const { customer } of asked) answered.add(customer)
    for (const part of chunks(asked, 200)) {
      const said = part.flatMap(({ name, life }) => saidBy(name, life))
      await tell(house, said)
      await tell(
        house,
        said.filter(() => chance.chance(0.3)).map((one) => (chance.chance(0.5) ? one : { ...one, id: randomUUID() })),
      )
    }
    const silent = asked.filter(({ life }) => life === 'silent').map(({ customer }) => customer)
    await patiently(() => pass(house, 'asked', silent))
    if (hurry) await patiently(() => pass(house, 'pause', null))
  }

  const run = async () => {
    while (!stop.signal.aborted) {
      await comeIn()
      await answer()
      if (hurry) await patiently(() => endLeases(house))
      await sleep(100)
    }
  }
  const running = run()
  return {
    arrive: (share) => {
      wanted = Math.ceil(people.length * share)
    },
    calm: async () => {
      wanted = people.length
      const failed = running.then(() => undefined)
      await Promise.race([failed, until(() => patiently(() => isHandedOver(house)), 1_800_000)])
      await confirmAll(house)
      await Promise.race([failed, until(() => patiently(() => isEmpty(house)), 1_800_000)])
      stop.abort()
      await running
    },
  }
}

const moment = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString()

type Told = { id: string; person: string; event: string; at?: string; properties?: object }

const saidBy = (person: string, life: Life): Told[] => {
  const one = (event: string, properties = {}): Told => ({ id: randomUUID(), person, event, properties })
  if (life === 'silent') return []
  // What somebody says after they went away is not heard.
  if (life === 'quits') return [one('storm.quit'), one('storm.answered', { wants: 'a' })]
  return [one('storm.answered', { wants: life })]
}

/** Until it is acknowledged. */
async function tell({ url, apiKey }: House, events: Told[]): Promise<void> {
  for (const part of chunks(events, 500))
    await patiently(async () => {
      const response = await fetch(`${url}/api/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events: part }),
        signal: AbortSignal.timeout(10_000),
      })
      if (response.status !== 202) throw new Error(await response.text())
      await response.arrayBuffer()
    })
}

/** As if the time had passed for which these, or all, wait at a step. */
const pass = (house: House, step: string, customers: number[] | null): Promise<unknown> =>
  rowsOf(
    house,
    `update journey_runs set wake_at = since + interval '1 millisecond', until_at = since + interval '1 millisecond' where journey_id = $1 and state = 'active' and step = $2 and since is not null
       and wake_at > now() and ($3::int[] is null or customer_id = any($3))`,
    [house.journey, step, customers],
  )

/** As if a minute had passed for what a killed worker holds: a living one has put down within seconds what it took up. */
const endLeases = (house: House): Promise<unknown> =>
  rowsOf(house, `update mass_tasks set lease_until = now() where lease_until between now() and now() + interval '54 seconds'`)

async function isHandedOver(house: House): Promise<boolean> {
  const [row] = await rowsOf<{ came: number; open: number }>(
    house,
    `select (select count(*)::int from journey_runs where journey_id = $1) as came,
       (select count(*)::int from journey_runs where journey_id = $1 and state = 'active')
       + (select count(*)::int from sends where state in ('intended', 'waiting', 'unknown'))
       + (select count(*)::int from mass_tasks where state in ('planned', 'calling', 'unknown')) as open`,
    [house.journey],
  )
  return row?.came === house.people.length && row.open === 0
}

/** Every member sends what they were asked to send. */
async function confirmAll(house: House): Promise<void> {
  const members = await rowsOf<{ userId: string }>(house, `select distinct user_id as "userId" from mass_tasks`)
  for (const { userId } of members) {
    const { items } = await tellSandbox<{ items: { id: string }[] }>(house.sandboxUrl, 'GET', `tasks/${userId}`)
    for (const { id } of items) await tellSandbox(house.sandboxUrl, 'POST', `tasks/${id}/confirm`)
  }
}

/** Nothing due, nothing held, nothing on its way. */
async function isEmpty(house: House): Promise<boolean> {
  const [row] = await rowsOf<{ left: number }>(
    house,
    `select (select count(*) from event_inbox) + (select count(*) from event_load)
       + (select count(*) from sends where state in ('intended', 'waiting', 'tasked', 'unknown'))
       + (select count(*) from mass_tasks where next_at is not null or lease_until > now())
       + (select count(*) from jobs where state in ('waiting', 'running') and run_at <= now())
       + (select count(*) from consumer_positions p
          where exists (select from event_log e where e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq))) as left`,
  )
  return Number(row?.left) === 0 && (await house.ctx.clickhouse.ping())
}

async function killAll(
  house: House,
  { kills, silentMs = 0 }: StormFacts,
  chance: Random,
  { arrive }: Living,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  for (const [i, kill] of kills.entries()) {
    arrive((i + 1) / kills.length)
    await (kill === 'clickhouse is silent' ? silence(house, silentMs) : strike(house, kill, chance))
    done[kill] = (done[kill] ?? 0) + 1
  }
  return done
}

async function silence({ engines }: House, ms: number): Promise<void> {
  let silent: number | undefined
  // One that was killed before is on its way back.
  await until(async () => {
    silent = engines.pids().clickhouse
    return signalled(silent, 'SIGSTOP')
  })
  await sleep(ms)
  // Whoever watches the engine may have ended it and started another.
  signalled(silent, 'SIGCONT')
}

async function strike(house: House, kill: Exclude<Kill, 'clickhouse is silent'>, chance: Random): Promise<void> {
  const { workers, engines } = house
  if (kill === 'before the call' || kill === 'after the call') return await cutNextCall(house, kill)
  if (kill === 'after the commit') {
    const before = await made(house)
    await until(async () => (await made(house)) > before, 120_000)
    return void killed(chance.pick(workers).process.pid())
  }
  await sleep(300 + chance.below(1500))
  const pid = () => (kill === 'at random' ? chance.pick(workers).process.pid() : engines.pids()[kill])
  while (!killed(pid())) await sleep(50)
}

/** The worker that makes the next call dies in it. */
async function cutNextCall({ workers }: House, cut: 'before the call' | 'after the call'): Promise<void> {
  let isStruck = false
  for (const { line, process } of workers)
    line.aim(cut, () => {
      isStruck = killed(process.pid()) || isStruck
      for (const other of workers) other.line.rest()
    })
  await until(async () => isStruck, 120_000)
}

const made = async (house: House): Promise<number> =>
  (await patiently(() => rowsOf<{ count: number }>(house, 'select count(*)::int as count from mass_tasks where msg_id is not null')))[0]
    ?.count ?? 0

/** False while the process is only just being started again. */
const killed = (pid: number | undefined): boolean => signalled(pid, 'SIGKILL')

/** Whether there was one who heard it. */
function signalled(pid: number | undefined, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}

type Walked = { customer: number; state: string; reason: string; walked: string[] }

const readWalked = (house: House): Promise<Walked[]> =>
  rowsOf<Walked>(
    house,
    `select r.customer_id as customer, r.state, r.reason,
       coalesce(array_agg(p.one ->> 'step' || ' ' || coalesce(p.one ->> 'way', 'waits') order by t.turn, p.place) filter (where p.one is not null), '{}') as walked
     from journey_runs r left join journey_traces t on t.tenant_id = r.tenant_id and t.run_id = r.id
       left join lateral jsonb_array_elements(t.passed) with ordinality as p(one, place) on true
     where r.journey_id = $1 group by r.tenant_id, r.id order by r.id`,
    [house.journey],
  )

async function waysTaken(house: House): Promise<Record<string, number>> {
  const walked = await readWalked(house)
  return Object.fromEntries([...Map.groupBy(walked, ({ state, reason }) => `${state} ${reason}`)].map(([way, list]) => [way, list.length]))
}

/** What everybody had, by customer: each thing as often as the life that they lead says, and nothing else. */
async function look(house: House): Promise<string[]> {
  const { people, journey, ctx } = house
  const walked = Map.groupBy(await readWalked(house), ({ customer }) => customer)
  const per = async (text: string, values: unknown[] = []) =>
    new Map((await rowsOf<{ customer: number; count: number }>(house, text, values)).map(({ customer, count }) => [customer, count]))
  // Friends came with tags of their own.
  const told = async (name: string, tag = '') =>
    new Map(
      (
        await ctx.clickhouse.rows<{ customer: number; count: number }>(
          "select person as customer, toUInt32(count()) as count from events where tenant = {t:UInt32} and name = {name:String} and properties['tag'] = {tag:String} group by person",
          { t: ctx.tenantId, name, tag },
        )
      ).map(({ customer, count }) => [Number(customer), Number(count)]),
    )
  const grouped = (from: string) => per(`select customer_id as customer, count(*)::int as count from ${from} group by 1`)
  const had: [what: string, counts: Map<number, number>, expected: (life: Life) => boolean][] = [
    ['wishes that were sent', await grouped(`sends where source_id = ${journey} and state = 'sent'`), (life) => did(life, 'greet')],
    ['wishes', await grouped('sends'), (life) => did(life, 'greet')],
    ['tasks', await grouped('employee_tasks'), (life) => did(life, 'task')],
    ['tags', await grouped(`customer_tags where tag_id = ${house.tag}`), () => true],
    ['attributes', await grouped(`customer_facts where attributes ->> 'level' = 'in'`), () => true],
    ['told: journey.entered', await told('journey.entered'), () => true],
    ['told: journey.left', await told('journey.left'), () => true],
    ['told: customer.tagged', await told('customer.tagged', String(house.tag)), () => true],
    ['told: task.assigned', await told('task.assigned'), (life) => did(life, 'task')],
    ['told: offer.requested', await told('offer.requested'), (life) => did(life, 'coupon')],
    ['told: message.sent', await told('message.sent'), (life) => did(life, 'greet')],
  ]
  const differences: string[] = []
  for (const { customer, life } of people) {
    const runs = walked.get(customer) ?? []
    const [run] = runs
    const end = life === 'quits' ? 'left exit' : 'done done'
    if (runs.length !== 1 || `${run?.state} ${run?.reason}` !== end) differences.push(`${life} ${customer} ended: ${JSON.stringify(runs)}`)
    else if (run?.walked.join() !== waysOf[life].join()) differences.push(`${life} ${customer} walked: ${run?.walked.join(', ')}`)
    for (const [what, counts, expected] of had) {
      const count = counts.get(customer) ?? 0
      if (count !== (expected(life) ? 1 : 0)) differences.push(`${life} ${customer}: ${count} ${what}`)
    }
  }
  for (const [what, counts] of had.slice(0, 3)) {
    const strangers = [...counts.keys()].filter((customer) => !walked.has(customer))
    if (strangers.length > 0) differences.push(`${what} of ${strangers.length} who never came`)
  }
  return [...differences, ...(await lookAtCounts(house, [...walked.values()].flat())), ...(await lookForRests(house))]
}

/** The counts are the traces added up. */
async function lookAtCounts(house: House, walked: readonly Walked[]): Promise<string[]> {
  const counted = await rowsOf<{ key: string; people: number }>(
    house,
    `select step || ' ' || way as key, people::int as people from journey_counts where journey_id = $1 and way not in ('entered', 'refused', 'done') and way not like 'left:%'`,
    [house.journey],
  )
  const added = Map.groupBy(
    walked.flatMap((one) => one.walked).filter((key) => !key.startsWith(' ')),
    (key) => key,
  )
  const journey = await rowsOf<{ way: string; people: number }>(
    house,
    `select way, people::int as people from journey_counts where journey_id = $1 and step = '' and way <> 'refused'`,
    [house.journey],
  )
  const quitters = house.people.filter(({ life }) => life === 'quits').length
  const ends = { entered: house.people.length, done: house.people.length - quitters, 'left:exit': quitters }
  return [
    ...counted
      .filter(({ key, people }) => people !== (added.get(key)?.length ?? 0))
      .map(({ key, people }) => `${key} was counted ${people} times`),
    ...[...added].filter(([key]) => !counted.some((one) => one.key === key)).map(([key]) => `${key} was not counted`),
    ...Object.entries(ends).flatMap(([way, people]) => {
      const found = journey.find((one) => one.way === way)?.people ?? 0
      return found === people ? [] : [`${way} was counted ${found} times, not ${people}`]
    }),
  ]
}

/** Things that would be found only later: letters of consumers, tasks without an end, somebody due whom nobody touches. */
async function lookForRests(house: House): Promise<string[]> {
  const rests = await rowsOf<{ what: string; count: number }>(
    house,
    `select * from (values
       ('dead letters', (select count(*)::int from dead_letters)),
       ('people who are due', (select count(*)::int from journey_runs where state = 'active')),
       ('mass messages without a good end', (select count(*)::int from mass_tasks where state <> 'done')),
       ('failed jobs', (select count(*)::int from jobs where state = 'failed'))) as v(what, count) where count > 0`,
  )
  return rests.map(({ what, count }) => `${count} ${what}`)
}

/** Who was written to, as WeCom has it: everybody who should once, and nobody else; and no message that we know nothing of. */
async function lookAtSandbox(house: House): Promise<string[]> {
  const { ctx, corp, people } = house
  const app = await wecomApp(ctx, corp)
  const now = Math.floor(Date.now() / 1000)
  const asked = { kind: 'single', from: now - 86_400, to: now + 60, by: 'company' } as const
  const messages: string[] = []
  for await (const { msgid } of pages((cursor) => listMassMessages(app, asked, { cursor }))) messages.push(msgid)
  const known = new Set((await rowsOf<{ msgId: string }>(house, 'select msg_id as "msgId" from mass_tasks')).map(({ msgId }) => msgId))
  const received = new Map<string, number>()
  const differences = messages.filter((msgid) => !known.has(msgid)).map((msgid) => `nobody knows of ${msgid}`)
  for (const msgid of messages)
    for (const { userid } of (await listMassTasks(app, msgid)).items)
      for await (const { external_userid: external = '' } of pages((cursor) =>
        listMassResults(app, { msgId: msgid, sender: userid }, { cursor }),
      ))
        received.set(external, (received.get(external) ?? 0) + 1)
  for (const { external, life } of people) {
    const count = received.get(external) ?? 0
    if (count !== (did(life, 'greet') ? 1 : 0)) differences.push(`WeCom has ${count} messages for ${life} ${external}`)
  }
  return differences
}
