import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { majorNumber } from '#platform/money.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { type SendingTrial, sendingTrials } from '../held-out.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { amountsOf, byCost, channelCosts, partOf, type SendingCost, sendingCosts, sumOf } from './costs.ts'
import { type WasteItem, type WasteKind, type WasteReport, type WasteResult, wasteKinds } from './schema.ts'
import { type Costs, judge, type Known, type Others } from './verdict.ts'

/** Which events say that somebody was touched by what: the property that names it, and the one it is called by. */
const sources: readonly { kind: WasteKind; event: string; key: string; name: string }[] = [
  { kind: 'channel', event: 'customer.followed', key: 'channel', name: 'channelName' },
  { kind: 'channel', event: 'live_code.added', key: 'channel', name: 'channelName' },
  { kind: 'channel', event: 'acquisition_link.added', key: 'channel', name: 'channelName' },
  { kind: 'live_code', event: 'live_code.added', key: 'code', name: 'codeName' },
  { kind: 'live_code', event: 'live_code.viewed', key: 'code', name: 'codeName' },
  { kind: 'acquisition_link', event: 'acquisition_link.added', key: 'link', name: 'linkName' },
  { kind: 'acquisition_link', event: 'acquisition_link.viewed', key: 'link', name: 'linkName' },
  { kind: 'activity', event: 'activity.joined', key: 'activity', name: 'activityName' },
]

/** A step is known within its journey. */
const stepKey = (journey: number, step: string): string => `${journey}/${step}`
const journeyOf = (key: string): string => key.slice(0, key.indexOf('/'))

/** `since` and `last`: its first touch, and the latest whose window is not over, in milliseconds; 0 for none. `open`: how many wait. */
type Thing = Known & { kind: WasteKind; key: string; name: string; since: number; open: number; last: number }

/** `sends`: messages that arrived, where it says something. */
type Counted = Omit<Thing, 'costs'> & { sends: number }

export async function runWaste(scope: Scope, report: WasteReport): Promise<WasteResult> {
  const { among, where } = scope.scan(report)
  // What anything cost is the company's: of some people only nobody knows.
  const withCosts = among === undefined && where === undefined
  const [counted, objects, costs] = await Promise.all([
    countThings(scope, report),
    readObjects(scope),
    withCosts ? readCosts(scope, report) : undefined,
  ])
  const things = withCostsOf(counted, costs, report.kinds)
  const currency = currencyOf(scope, report, things)
  const items = things.flatMap((thing) => {
    const judged = judge(thing, othersOf(things, thing), report.worthwhileLift)
    return judged ? [{ thing, judged }] : []
  })
  items.sort(
    (a, b) => byCost(currency, a.thing.costs, b.thing.costs) || reachOf(b.thing) - reachOf(a.thing) || (a.thing.key < b.thing.key ? -1 : 1),
  )
  const wasted = sumOf(items.map(({ thing }) => thing.costs))
  return {
    windowDays: report.windowDays,
    currency,
    looked: things.length,
    wasted: costs ? majorNumber(wasted.get(currency) ?? 0, currency) : null,
    otherWasted: amountsOf(wasted, currency),
    items: items.map(
      ({ thing, judged }): WasteItem => ({
        kind: thing.kind,
        key: thing.key,
        name: thing.name || (objects.get(`${thing.kind} ${thing.key}`)?.name ?? thing.key),
        object: objects.get(`${thing.kind} ${thing.key}`)?.id ?? null,
        spend: spendOf(thing, currency, costs !== undefined),
        otherSpend: amountsOf(thing.costs, currency),
        touched: thing.added,
        views: thing.views,
        closed: thing.closed.of,
        ordered: thing.ordered,
        heldOut: thing.heldOut.of,
        ...judged,
        since: thing.since === 0 ? null : dayIn(scope, thing.since),
        open: thing.open,
        overOn: thing.last === 0 ? null : dayIn(scope, thing.last + report.windowDays * dayMs),
      }),
    ),
    waiting: wasteKinds.filter((kind) => report.kinds.includes(kind) && !things.some((thing) => thing.kind === kind)),
    ...(report.persons ? { persons: await listPersons(scope, report, report.persons) } : {}),
  }
}

const dayIn = ({ calendar }: Scope, ms: number): string => dayOf(new Date(ms), calendar.timezone)

/** Channels without spends cost nothing; of a message on which nobody wrote what it cost nothing is known. */
function spendOf({ kind, costs }: Thing, currency: string, isKnown: boolean): number | null {
  const minor = costs.get(currency) ?? (isKnown && kind === 'channel' ? 0 : undefined)
  return minor === undefined ? null : majorNumber(minor, currency)
}

function currencyOf(scope: Scope, report: WasteReport, things: readonly Thing[]): string {
  const [first, second] = sumOf(things.map(({ costs }) => costs)).keys()
  return report.currency ?? (first !== undefined && second === undefined ? first : scope.currency)
}

const reachOf = ({ added, views }: Thing): number => added + views

/** The others of the kind together; where there are none that worked, everything else there is. */
function othersOf(things: readonly Thing[], thing: Thing): Others {
  const own = ratesOf(things.filter((one) => one !== thing && one.kind === thing.kind))
  const any = ratesOf(things.filter((one) => one !== thing))
  return { ...own, orderRate: own.orderRate || any.orderRate }
}

function ratesOf(things: readonly Thing[]): Others {
  const sum = (read: (thing: Thing) => number) => things.reduce((all, thing) => all + read(thing), 0)
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return {
    orderRate: share(
      sum(({ closed }) => closed.did),
      sum(({ closed }) => closed.of),
    ),
    addRate: Math.min(
      1,
      share(
        sum(({ views, added }) => (views > 0 ? added : 0)),
        sum(({ views }) => views),
      ),
    ),
    costPerPerson: costPerPersonOf(things.filter(({ added }) => added > 0)),
  }
}

/** Of those that cost something in a currency and brought somebody. */
const costPerPersonOf = (things: readonly Thing[]): Costs =>
  new Map(
    [...sumOf(things.map(({ costs }) => costs))]
      .filter(([, minor]) => minor > 0)
      .map(([currency, minor]) => [
        currency,
        minor / things.reduce((all, { costs, added }) => all + ((costs.get(currency) ?? 0) > 0 ? added : 0), 0),
      ]),
  )

const CountedRow = z.object({
  kind: z.enum(wasteKinds),
  key: z.string(),
  name: z.string(),
  views: z.number(),
  sends: z.number(),
  added: z.number(),
  closed: z.number(),
  closedOrdered: z.number(),
  dealt: z.number(),
  dealtOrdered: z.number(),
  held: z.number(),
  heldOrdered: z.number(),
  ordered: z.number(),
  since: z.number(),
  open: z.number(),
  last: z.number(),
})

async function countThings(scope: Scope, report: WasteReport): Promise<Counted[]> {
  const bind = bindings()
  const trials = await sendingTrials(scope)
  const rows = await scope.ask({
    params: bind.params,
    row: CountedRow,
    sql: `select kind, key, max(label) as name, sum(views) as views, sum(sends) as sends, countIf(isReached) as added,
        countIf(isReached and isClosed) as closed, countIf(isReached and isClosed and hasOrdered) as closedOrdered,
        countIf(isDealt and isClosed) as dealt, countIf(isDealt and isClosed and hasOrdered) as dealtOrdered,
        countIf(isHeld and isClosed) as held, countIf(isHeld and isClosed and hasOrdered) as heldOrdered,
        countIf(isReached and hasOrdered) as ordered, min(first) as since,
        countIf((isReached or isDealt) and not isClosed) as open, maxIf(first, (isReached or isDealt) and not isClosed) as last
      from ${touchedSql(bind, scope, report, trials)} group by kind, key order by kind, key`,
  })
  return rows.map(({ closed, closedOrdered, dealt, dealtOrdered, held, heldOrdered, ...row }) => ({
    ...row,
    // Those held out are held against all who were dealt the treatment at the same moment, whether it arrived or not.
    closed: held > 0 ? { did: dealtOrdered, of: dealt } : { did: closedOrdered, of: closed },
    heldOut: { did: heldOrdered, of: held },
  }))
}

const dayMs = 86_400_000

/**
 * One row a thing and person (0 for nobody known): whether it reached them, whether a trial on it dealt it to them or held them out,
 * whether they ordered within the window, and whether that is over.
 */
function touchedSql(bind: Bindings, scope: Scope, report: WasteReport, trials: readonly SendingTrial[]): string {
  const scan = scope.scan(report)
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const { names, touches } = touchesOf(bind, report.kinds, trials)
  const orders = `select who, groupArray(ms) as bought from ${scanOrders(bind, {
    tenantId: scan.tenantId,
    among: scan.among,
    from: dates.from,
    to: new Date(dates.to.getTime() + report.windowDays * dayMs + 1),
  })} where who != 0 group by who`
  const isViewed = "name in ('live_code.viewed', 'acquisition_link.viewed')"
  return `(select kind, key, t.who as who, t.first as first, t.label as label, t.views as views, t.sends as sends, who != 0 and t.isOut as isHeld, who != 0 and t.isIn and not t.isOut as isDealt,
      who != 0 and t.isTouched and not t.isOut as isReached,
      t.first + ${report.windowDays * dayMs} <= ${bind.integer(scope.ctx.now().getTime())} as isClosed,
      arrayExists(m -> m >= t.first and m <= t.first + ${report.windowDays * dayMs}, o.bought) as hasOrdered
    from (
      select thing.1 as kind, thing.2 as key, who, argMax(thing.3, ms) as label, min(ms) as first, sum(isView) as views, sum(name = 'message.sent') as sends,
        max(isTrial and isGhost) as isOut, max(isTrial and not isGhost) as isIn, max(not isTrial) as isTouched
      from (select arrayJoin(arrayConcat(${touches.join(', ')})) as thing, name, if(${isViewed}, 0, who) as who, ms, ${isViewed} as isView,
          name = 'experiment.exposed' as isTrial, properties['ghost'] = 'true' as isGhost
        from ${scanEvents(bind, { ...scan, ...dates, names })})
      where key != '' group by kind, key, who
    ) as t left any join (${orders}) as o on t.who = o.who)`
}

/** Each touch is an array of things (kind, key, what the event calls it): none or one of each source. A key of nothing is no thing. */
function touchesOf(bind: Bindings, kinds: readonly WasteKind[], trials: readonly SendingTrial[]): { names: string[]; touches: string[] } {
  const wanted = sources.filter(({ kind }) => kinds.includes(kind))
  const property = (name: string) => `properties[${bind.text(name)}]`
  const touch = (kind: WasteKind, condition: string, key: string, label = "''") =>
    `if(${condition}, [(${bind.text(kind)}, ${key}, ${label})], [])`
  const [source, step] = [property('source'), property('step')]
  const isSent = `name = 'message.sent' and ${property('chat')} = ''`
  const said = [
    // A test of a message names a step.
    { kind: 'message' as const, condition: `${isSent} and ${source} = 'message' and ${step} = ''`, key: property('sourceId') },
    {
      kind: 'step' as const,
      condition: `${isSent} and ${source} = 'journey' and ${step} != ''`,
      key: `concat(${property('sourceId')}, '/', ${step})`,
    },
  ].filter(({ kind }) => kinds.includes(kind))
  const tried = said.flatMap(({ kind }) => {
    const own = trials.filter((trial) => trial.kind === (kind === 'step' ? 'journey_step' : kind))
    const keys = own.map(({ id, step }) => (step === null ? String(id) : stepKey(id, step)))
    const told = `transform(${property('experiment')}, ${bind.texts(own.map(({ experiment }) => experiment))}, ${bind.texts(keys)}, '')`
    return own.length === 0 ? [] : [touch(kind, "name = 'experiment.exposed'", told)]
  })
  return {
    names: [...new Set(wanted.map(({ event }) => event)), ...(said.length > 0 ? ['message.sent', 'experiment.exposed'] : [])],
    touches: [
      ...wanted.map(({ kind, event, key, name }) => touch(kind, `name = ${bind.text(event)}`, property(key), property(name))),
      ...said.map(({ kind, condition, key }) => touch(kind, condition, key)),
      ...tried,
    ],
  }
}

type AllCosts = { channels: Map<string, Costs>; sendings: Map<string, SendingCost> }

async function readCosts(scope: Scope, report: WasteReport): Promise<AllCosts> {
  const isAsked = (...kinds: WasteKind[]) => kinds.some((kind) => report.kinds.includes(kind))
  const [channels, sendings] = await Promise.all([
    isAsked('channel') ? channelCosts(scope, report) : new Map<string, Costs>(),
    isAsked('message', 'step') ? sendingCosts(scope, report) : new Map<string, SendingCost>(),
  ])
  return { channels, sendings }
}

function withCostsOf(counted: readonly Counted[], costs: AllCosts | undefined, kinds: readonly WasteKind[]): Thing[] {
  const known = counted.map((thing): Thing => ({ ...thing, costs: (costs && costOf(thing, costs)) ?? new Map() }))
  const touched = new Set(counted.map(({ kind, key }) => `${kind} ${key}`))
  const silent = costs ? silentOf(costs).filter(({ kind, key }) => kinds.includes(kind) && !touched.has(`${kind} ${key}`)) : []
  const none = {
    name: '',
    views: 0,
    added: 0,
    closed: { did: 0, of: 0 },
    heldOut: { did: 0, of: 0 },
    ordered: 0,
    since: 0,
    open: 0,
    last: 0,
  }
  return [...known, ...silent.map((one): Thing => ({ ...one, ...none }))]
}

/** What cost money and touched nobody is the first thing to look at. */
const silentOf = ({ channels, sendings }: AllCosts): Pick<Thing, 'kind' | 'key' | 'costs'>[] => [
  ...[...channels].map(([key, costs]) => ({ kind: 'channel' as const, key, costs })),
  ...[...sendings].flatMap(([key, { costs, sends, isOver }]) =>
    isOver && sends === 0 ? [{ kind: 'message' as const, key: key.slice('message '.length), costs }] : [],
  ),
]

/** A message costs its part of what it sent in the dates, a step of all that its journey sent. */
function costOf({ kind, key, sends }: Counted, { channels, sendings }: AllCosts): Costs | undefined {
  if (kind === 'channel') return channels.get(key)
  const sending =
    kind === 'message' ? sendings.get(`message ${key}`) : kind === 'step' ? sendings.get(`journey ${journeyOf(key)}`) : undefined
  return sending && partOf(sending, sends)
}

type Called = { id: string; name: string }

/** Names of what is still there, and ids of what can be paused from here; a channel in the archive has been dealt with. */
async function readObjects({ ctx }: Scope): Promise<Map<string, Called>> {
  const [codes, links, channels, messages, steps] = await Promise.all([
    ctx.db.selectFrom('liveCodes').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).where('deletedAt', 'is', null).execute(),
    ctx.db
      .selectFrom('acquisitionLinks')
      .select(['id', 'name'])
      .where('tenantId', '=', ctx.tenantId)
      .where('deletedAt', 'is', null)
      .execute(),
    ctx.db.selectFrom('channels').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute(),
    ctx.db.selectFrom('messages').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute(),
    readSteps(ctx),
  ])
  return new Map<string, Called>([
    ...codes.map(({ id, name }) => [`live_code ${id}`, { id: publicId(ctx, 'lco', id), name }] as const),
    ...channels.map(({ id, name }) => [`channel ${id}`, { id: publicId(ctx, 'cha', id), name }] as const),
    ...messages.map(({ id, name }) => [`message ${id}`, { id: publicId(ctx, 'msg', id), name }] as const),
    ...links.map(({ id, name }) => [`acquisition_link ${id}`, { id: publicId(ctx, 'acl', id), name }] as const),
    ...steps.map(
      ({ journey, name, step, called }) =>
        [`step ${stepKey(journey, step)}`, { id: publicId(ctx, 'jny', journey), name: `${name} · ${called}` }] as const,
    ),
  ])
}

/** Every step that was ever published, as its newest version calls it. */
async function readSteps(ctx: Context): Promise<{ journey: number; name: string; step: string; called: string }[]> {
  const { rows } = await sql<{ journey: number; name: string; step: string; called: string }>`
    select distinct on (j.id, s->>'id') j.id as journey, j.name, s->>'id' as step, coalesce(nullif(s->>'name', ''), s->>'id') as called
    from journeys j join journey_versions v on v.tenant_id = j.tenant_id and v.journey_id = j.id
      cross join lateral jsonb_array_elements(v.definition->'steps') s
    where j.tenant_id = ${ctx.tenantId} order by j.id, s->>'id', v.version desc`.execute(ctx.db)
  return rows
}

async function listPersons(scope: Scope, report: WasteReport, { kind, key }: NonNullable<WasteReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const trials = await sendingTrials(scope)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${touchedSql(bind, scope, { ...report, kinds: [kind] }, trials)}
      where kind = ${bind.text(kind)} and key = ${bind.text(key)} and isReached order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
