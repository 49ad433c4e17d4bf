import { sql } from 'kysely'
import { z } from 'zod'
import { publicId } from '#platform/ids.ts'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { type MessageTrial, messageTrials } from '../held-out.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { type WasteItem, type WasteKind, type WasteReport, type WasteResult, wasteKinds } from './schema.ts'
import { judge, type Known, type Others } from './verdict.ts'

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

/** What we send says what it is a part of; what that is called is looked up. A message says a step only where it was tried out. */
const sent: Partial<Record<WasteKind, { when: string; key: string }>> = {
  message: { when: "properties['source'] = 'message' and properties['step'] = ''", key: "properties['sourceId']" },
  step: { when: "properties['source'] = 'journey'", key: "concat(properties['sourceId'], ' ', properties['step'])" },
}

type Thing = Known & { kind: WasteKind; key: string; name: string }

export async function runWaste(scope: Scope, report: WasteReport): Promise<WasteResult> {
  const trials = await messageTrials(scope.ctx)
  const [counted, spends, objects] = await Promise.all([countThings(scope, report, trials), readSpends(scope, report), readObjects(scope)])
  const { among, where } = scope.scan(report)
  const withSpend = among === undefined && where === undefined
  const currency = tradeCurrency(
    scope,
    report,
    spends.map((spend) => spend.currency),
  )
  const things = withSpends(counted, withSpend && report.kinds.includes('channel') ? spends : [])
  const items = things.flatMap((thing) => {
    const judged = judge(thing, othersOf(things, thing), report.worthwhileLift)
    return judged ? [{ thing, judged }] : []
  })
  items.sort((a, b) => b.thing.spend - a.thing.spend || reachOf(b.thing) - reachOf(a.thing) || (a.thing.key < b.thing.key ? -1 : 1))
  const wasted = items.reduce((sum, { thing }) => sum + thing.spend, 0)
  return {
    windowDays: report.windowDays,
    currency,
    looked: things.length,
    wasted: withSpend ? majorNumber(wasted, currency) : null,
    items: items.map(
      ({ thing, judged }): WasteItem => ({
        kind: thing.kind,
        key: thing.key,
        name: thing.name || (objects.get(`${thing.kind} ${thing.key}`)?.name ?? thing.key),
        object: objects.get(`${thing.kind} ${thing.key}`)?.id ?? null,
        spend: withSpend && thing.kind === 'channel' ? majorNumber(thing.spend, currency) : null,
        touched: thing.added,
        views: thing.views,
        closed: thing.closed.of,
        ordered: thing.ordered,
        heldOut: thing.heldOut.of,
        ...judged,
      }),
    ),
    waiting: wasteKinds.filter((kind) => report.kinds.includes(kind) && !things.some((thing) => thing.kind === kind)),
    ...(report.persons ? { persons: await listPersons(scope, report, trials, report.persons) } : {}),
  }
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
  const costly = things.filter(({ spend, added }) => spend > 0 && added > 0)
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
    costPerPerson: share(
      costly.reduce((all, { spend }) => all + spend, 0),
      costly.reduce((all, { added }) => all + added, 0),
    ),
  }
}

const Counted = z.object({
  kind: z.enum(wasteKinds),
  key: z.string(),
  name: z.string(),
  views: z.number(),
  added: z.number(),
  closed: z.number(),
  closedOrdered: z.number(),
  held: z.number(),
  heldOrdered: z.number(),
  ordered: z.number(),
})

async function countThings(scope: Scope, report: WasteReport, trials: readonly MessageTrial[]): Promise<Thing[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Counted,
    sql: `select kind, key, max(label) as name, sum(views) as views, countIf(who != 0 and not isHeld) as added,
        countIf(who != 0 and not isHeld and isClosed) as closed, countIf(who != 0 and not isHeld and isClosed and hasOrdered) as closedOrdered,
        countIf(who != 0 and isHeld and isClosed) as held, countIf(who != 0 and isHeld and isClosed and hasOrdered) as heldOrdered,
        countIf(who != 0 and not isHeld and hasOrdered) as ordered
      from ${touchedSql(bind, scope, report, trials)} group by kind, key order by kind, key`,
  })
  return rows.map(({ closed, closedOrdered, held, heldOrdered, ...row }) => ({
    ...row,
    spend: 0,
    closed: { did: closedOrdered, of: closed },
    heldOut: { did: heldOrdered, of: held },
  }))
}

const dayMs = 86_400_000

/** Somebody for whom this was meant was left alone at this moment. */
const isOutSql = "name = 'experiment.exposed' and properties['ghost'] = 'true'"

type HeldOut = { experiment: string; kind: WasteKind; key: string }

/** Whoever was held out of a whole journey never came to one of its steps, and is nobody to hold a step against. */
const heldOutOf = (trials: readonly MessageTrial[], kinds: readonly WasteKind[]): HeldOut[] =>
  trials
    .flatMap(({ experiment, kind, thing, step }): HeldOut[] => {
      if (kind === 'message') return [{ experiment, kind, key: String(thing) }]
      return kind === 'journey_step' ? [{ experiment, kind: 'step', key: `${thing} ${step}` }] : []
    })
    .filter(({ kind }) => kinds.includes(kind))

/** One row a thing and person (0 for nobody known): whether they were held out, ordered within the window, and whether it is over. */
function touchedSql(bind: Bindings, scope: Scope, report: WasteReport, trials: readonly MessageTrial[]): string {
  const scan = scope.scan(report)
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const wanted = sources.filter(({ kind }) => report.kinds.includes(kind))
  const property = (name: string) => `properties[${bind.text(name)}]`
  const touches = wanted.map(
    ({ kind, event, key, name }) => `if(name = ${bind.text(event)}, [(${bind.text(kind)}, ${property(key)}, ${property(name)})], [])`,
  )
  for (const kind of report.kinds) {
    const { when, key } = sent[kind] ?? {}
    if (when) touches.push(`if(name = 'message.sent' and ${when}, [(${bind.text(kind)}, ${key}, '')], [])`)
  }
  for (const { experiment, kind, key } of heldOutOf(trials, report.kinds))
    touches.push(
      `if(${isOutSql} and ${property('experiment')} = ${bind.text(experiment)}, [(${bind.text(kind)}, ${bind.text(key)}, '')], [])`,
    )
  const names = [...new Set([...wanted.map(({ event }) => event), 'message.sent', 'experiment.exposed'])]
  const orders = `select who, groupArray(ms) as bought from ${scanOrders(bind, {
    tenantId: scan.tenantId,
    among: scan.among,
    from: dates.from,
    to: new Date(dates.to.getTime() + report.windowDays * dayMs + 1),
  })} where who != 0 group by who`
  const isViewed = "name in ('live_code.viewed', 'acquisition_link.viewed')"
  return `(select kind, key, t.who as who, t.label as label, t.isHeld as isHeld, t.views as views,
      t.first + ${report.windowDays * dayMs} <= ${bind.integer(scope.ctx.now().getTime())} as isClosed,
      arrayExists(m -> m >= t.first and m <= t.first + ${report.windowDays * dayMs}, o.bought) as hasOrdered
    from (
      select thing.1 as kind, thing.2 as key, who, argMax(thing.3, ms) as label, min(ms) as first, max(isOut) as isHeld, sum(isView) as views
      from (select arrayJoin(arrayConcat(${touches.join(', ')})) as thing, if(${isViewed}, 0, who) as who, ms, ${isOutSql} as isOut, ${isViewed} as isView
        from ${scanEvents(bind, { ...scan, ...dates, names })})
      where key != '' and (who != 0 or isView) group by kind, key, who
    ) as t left any join (${orders}) as o on t.who = o.who)`
}

type Spend = { channelId: number; currency: string; amountMinor: number }

async function readSpends({ ctx }: Scope, { dateFrom, dateTo, currency }: WasteReport): Promise<Spend[]> {
  const { rows } = await sql<Spend>`
    select channel_id, currency, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${ctx.tenantId} and day between ${dateFrom}::date and ${dateTo}::date and (${currency ?? null}::text is null or currency = ${currency ?? null})
    group by channel_id, currency order by channel_id`.execute(ctx.db)
  return rows.map((row) => ({ ...row, amountMinor: Number(row.amountMinor) }))
}

/** What cost money and touched nobody is the first thing to look at. */
function withSpends(things: readonly Thing[], spends: readonly Spend[]): Thing[] {
  const costs = new Map(spends.map(({ channelId, amountMinor }) => [String(channelId), amountMinor]))
  const known = things.map((thing) => (thing.kind === 'channel' ? { ...thing, spend: costs.get(thing.key) ?? 0 } : thing))
  const touched = new Set(things.flatMap(({ kind, key }) => (kind === 'channel' ? [key] : [])))
  const silent = [...costs].filter(([key]) => !touched.has(key))
  const none = { views: 0, added: 0, closed: { did: 0, of: 0 }, heldOut: { did: 0, of: 0 }, ordered: 0 }
  return [...known, ...silent.map(([key, spend]): Thing => ({ kind: 'channel', key, name: '', spend, ...none }))]
}

/** Names and ids of what still exists; a channel in the archive has been dealt with. */
async function readObjects({ ctx }: Scope): Promise<Map<string, { id: string; name: string }>> {
  const codes = await ctx.db
    .selectFrom('liveCodes')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('deletedAt', 'is', null)
    .execute()
  const channels = await ctx.db.selectFrom('channels').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  const links = await ctx.db
    .selectFrom('acquisitionLinks')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('deletedAt', 'is', null)
    .execute()
  const messages = await ctx.db.selectFrom('messages').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  const steps = await sql<{ journey: number; name: string; step: string; stepName: string }>`
    select j.id as journey, j.name, s ->> 'id' as step, coalesce(s ->> 'name', s ->> 'id') as step_name
    from journeys j, jsonb_array_elements(j.draft -> 'steps') s where j.tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  return new Map([
    ...codes.map(({ id, name }) => [`live_code ${id}`, { id: publicId(ctx, 'lco', id), name }] as const),
    ...channels.map(({ id, name }) => [`channel ${id}`, { id: publicId(ctx, 'cha', id), name }] as const),
    ...links.map(({ id, name }) => [`acquisition_link ${id}`, { id: publicId(ctx, 'acl', id), name }] as const),
    ...messages.map(({ id, name }) => [`message ${id}`, { id: publicId(ctx, 'msg', id), name }] as const),
    ...steps.rows.map(
      ({ journey, name, step, stepName }) =>
        [`step ${journey} ${step}`, { id: publicId(ctx, 'jny', journey), name: `${name} · ${stepName}` }] as const,
    ),
  ])
}

async function listPersons(
  scope: Scope,
  report: WasteReport,
  trials: readonly MessageTrial[],
  { kind, key }: NonNullable<WasteReport['persons']>,
): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${touchedSql(bind, scope, { ...report, kinds: [kind] }, trials)}
      where kind = ${bind.text(kind)} and key = ${bind.text(key)} and who != 0 and not isHeld order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
