import { sql } from 'kysely'
import { customerFollowed, customerUnfollowed } from '#management/events.ts'
import { refreshCustomers } from '#management/identity/groups.ts'
import { employeeNames } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { endsFollow, startMeans } from './follows.ts'

type Pair = { customerId: number; employeeId: number }

export type FollowStart = Pair & {
  at: Date
  addWay?: string
  state?: string
  channelId?: number
  channelName?: string
  remark?: string
  description?: string
  operator?: string
}

/** `since`: when the time of friendship began that ended, where that is known. */
export type FollowEnd = Pair & { by: 'customer' | 'employee' | 'transfer'; at: Date; since?: Date }

export type FollowTurn = ({ what: 'start' } & FollowStart) | ({ what: 'end' } & FollowEnd)

/**
 * What happened between customers and employees, in this order. Each pair's story is told on its row in memory, with the row
 * locked or new; the rows are then written at once. Told twice or late, a turn changes nothing but what was still unknown.
 */
export const tellFollows = (ctx: Context, turns: readonly FollowTurn[]): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (turns.length === 0) return
    const pairs = Map.groupBy(
      turns.map((turn, place) => ({ ...turn, place })),
      nameOf,
    )
    const fresh = [...pairs.values()].map((story) => tell(undefined, story))
    const inserted = await insertFollows(ctx, fresh)
    const standing = await lockFollows(
      ctx,
      fresh.filter((told) => !inserted.has(nameOf(told))),
    )
    const known = standing.map((row) => tell(row, pairs.get(nameOf(row)) ?? []))
    const told = [...fresh.filter((one) => inserted.has(nameOf(one))), ...known]
    const kept = await keepPeriods(
      ctx,
      told.flatMap(({ periods }) => periods),
    )
    await updateFollows(
      ctx,
      known.filter(({ changed }) => changed),
    )
    if (told.length < pairs.size) throw new Error('a follow names a customer who is not there')
    await emitTold(
      ctx,
      told.flatMap(({ events }) => events.filter(({ of }) => !of || kept.has(of))),
    )
    await refreshCustomers(
      ctx,
      told.flatMap(({ changed, customerId }) => (changed ? [customerId] : [])),
    )
  })

const nameOf = ({ customerId, employeeId }: Pair): string => `${customerId} ${employeeId}`

type State = {
  addedAt: Date | null
  /** The beginning that was told, where it is not `addedAt`. */
  toldAt: Date | null
  endedAt: Date | null
  endedBy: string | null
  addWay: string | null
  state: string | null
  channelId: number | null
  operator: string | null
  remark: string | null
  description: string | null
}

type Row = Pair & State
type Placed = FollowTurn & { place: number }
type Period = Row & { addedAt: Date; endedAt: Date }
/** `of`: told only if that time of friendship was not known yet. */
type Event = { place: number; turn: FollowTurn; again: boolean; of?: Period }
type Told = Row & { changed: boolean; periods: Period[]; events: Event[] }

const unknown: State = {
  addedAt: null,
  toldAt: null,
  endedAt: null,
  endedBy: null,
  addWay: null,
  state: null,
  channelId: null,
  operator: null,
  remark: null,
  description: null,
}

function tell(row: Row | undefined, story: readonly Placed[]): Told {
  const [{ customerId, employeeId } = { customerId: 0, employeeId: 0 }] = story
  const told: Told = { ...unknown, ...row, customerId, employeeId, changed: row === undefined, periods: [], events: [] }
  let known: State | undefined = row
  for (const turn of story) {
    if (turn.what === 'start') start(told, known, turn)
    else end(told, known, turn)
    known = told
  }
  return told
}

function start(told: Told, known: State | undefined, turn: Extract<Placed, { what: 'start' }>): void {
  const meaning = startMeans(known, turn.at)
  const { addedAt, endedAt } = told
  if (meaning === 'again' && addedAt && endedAt) told.periods.push({ ...told, addedAt, endedAt })
  const { addWay, state, channelId, remark, description, operator } = turn
  const said = Object.entries({ addWay, state, channelId, remark, description, operator }).filter(([, value]) => value !== undefined)
  // The newer beginning is told when the end before it is heard of.
  const toldAt = meaning === 'moved' ? (told.toldAt ?? addedAt) : null
  const forgotten = { endedAt: null, endedBy: null, addWay: null, state: null, channelId: null, operator: null }
  if (meaning === 'known' && said.length === 0) return
  Object.assign(
    told,
    meaning === 'known' ? {} : { addedAt: turn.at, toldAt },
    meaning === 'again' ? forgotten : {},
    Object.fromEntries(said),
    {
      changed: true,
    },
  )
  if (meaning !== 'known' && meaning !== 'moved') told.events.push({ place: turn.place, turn, again: meaning === 'again' })
}

function end(told: Told, known: State | undefined, turn: Extract<Placed, { what: 'end' }>): void {
  if (endsFollow(known, turn.at)) {
    Object.assign(told, { endedAt: turn.at, endedBy: turn.by, changed: true })
    told.events.push({ place: turn.place, turn, again: false })
  } else endEarlier(told, turn)
}

/**
 * A time of friendship that was over before the one that is known began. Of the two beginnings one was told already: the other one
 * is told now.
 */
function endEarlier(told: Told, turn: Extract<Placed, { what: 'end' }>): void {
  const { customerId, employeeId, addedAt, toldAt } = told
  const { since, at, by, place } = turn
  if (!since || !addedAt || since >= at || at > addedAt) return
  const period = { ...unknown, customerId, employeeId, addedAt: since, endedAt: at, endedBy: by }
  const start = { what: 'start', customerId, employeeId, at: toldAt ? addedAt : since } as const
  told.periods.push(period)
  told.events.push({ place, turn, again: false, of: period }, { place, turn: start, again: toldAt !== null, of: period })
  Object.assign(told, { toldAt: null, changed: true })
}

const columnsOf = (rows: readonly Told[]): string =>
  JSON.stringify(
    rows.map(({ customerId, employeeId, addedAt, toldAt, endedAt, endedBy, addWay, state, channelId, operator, remark, description }) => ({
      customer: customerId,
      employee: employeeId,
      added_at: addedAt,
      told_at: toldAt,
      ended_at: endedAt,
      ended_by: endedBy,
      add_way: addWay,
      state,
      channel: channelId,
      operator,
      remark,
      description,
    })),
  )

const recordset = sql`n(customer int, employee int, added_at timestamptz, told_at timestamptz, ended_at timestamptz, ended_by text, add_way text, state text, channel int, operator text, remark text, description text)`

/** Pairs without a row get theirs, in one order for everybody; returns which. Who inserts the same pair meanwhile is waited for. */
async function insertFollows(ctx: Context, rows: readonly Told[]): Promise<Set<string>> {
  const inserted = await sql<Pair>`
    insert into follows (tenant_id, customer_id, employee_id, canonical_id, added_at, told_at, ended_at, ended_by, add_way, state, channel_id, operator, remark, description)
    select c.tenant_id, c.id, n.employee, c.canonical_id, n.added_at, n.told_at, n.ended_at, n.ended_by, n.add_way, n.state, n.channel, n.operator, n.remark, n.description
    from jsonb_to_recordset(${columnsOf(rows)}::jsonb) as ${recordset}
    join customers c on c.tenant_id = ${ctx.tenantId} and c.id = n.customer
    order by c.id, n.employee
    on conflict do nothing returning customer_id, employee_id`.execute(ctx.db)
  return new Set(inserted.rows.map(nameOf))
}

async function lockFollows(ctx: Context, pairs: readonly Pair[]): Promise<Row[]> {
  if (pairs.length === 0) return []
  const { rows } = await sql<Row>`
    select f.customer_id, f.employee_id, f.added_at, f.told_at, f.ended_at, f.ended_by, f.add_way, f.state, f.channel_id, f.operator, f.remark, f.description
    from unnest(${pairs.map(({ customerId }) => customerId)}::int[], ${pairs.map(({ employeeId }) => employeeId)}::int[]) as asked(customer, employee)
    join follows f on f.tenant_id = ${ctx.tenantId} and f.customer_id = asked.customer and f.employee_id = asked.employee
    order by f.customer_id, f.employee_id for update of f`.execute(ctx.db)
  return rows
}

async function updateFollows(ctx: Context, rows: readonly Told[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update follows f set added_at = n.added_at, told_at = n.told_at, ended_at = n.ended_at, ended_by = n.ended_by, add_way = n.add_way, state = n.state, channel_id = n.channel,
      operator = n.operator, remark = n.remark, description = n.description
    from jsonb_to_recordset(${columnsOf(rows)}::jsonb) as ${recordset}
    where f.tenant_id = ${ctx.tenantId} and f.customer_id = n.customer and f.employee_id = n.employee`.execute(ctx.db)
}

const periodName = (period: Pick<Period, 'customerId' | 'employeeId' | 'addedAt'>): string =>
  `${nameOf(period)} ${period.addedAt.getTime()}`

/** Returns which were not known; of two that began in the same moment the first one counts. */
async function keepPeriods(ctx: Context, periods: readonly Period[]): Promise<Set<Period>> {
  if (periods.length === 0) return new Set()
  const kept = await ctx.db
    .insertInto('followPeriods')
    .values(
      periods.map(({ customerId, employeeId, addedAt, endedAt, endedBy, addWay, state, channelId }) => ({
        tenantId: ctx.tenantId,
        customerId,
        employeeId,
        addedAt,
        endedAt,
        endedBy: endedBy ?? 'customer',
        addWay,
        state,
        channelId,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['customerId', 'employeeId', 'addedAt'])
    .execute()
  const names = new Set(kept.map(periodName))
  const firsts = new Map(periods.toReversed().map((period) => [periodName(period), period]))
  return new Set([...firsts].flatMap(([name, period]) => (names.has(name) ? [period] : [])))
}

async function emitTold(ctx: Context, told: readonly Event[]): Promise<void> {
  const events = [...told].sort((a, b) => a.place - b.place)
  const names = await employeeNames(
    ctx,
    events.map(({ turn }) => turn.employeeId),
  )
  for (const { turn, again } of events) {
    const { customerId, employeeId: employee, at } = turn
    const who = { employee, employeeName: names.get(employee) ?? '' }
    if (turn.what === 'end') emit(ctx, customerUnfollowed, { customerId, at, properties: { ...who, by: turn.by } })
    else {
      const { channelId, channelName, state, addWay } = turn
      emit(ctx, customerFollowed, {
        customerId,
        at,
        properties: {
          ...who,
          ...(channelId === undefined ? {} : { channel: channelId, ...(channelName ? { channelName } : {}) }),
          ...(state ? { state } : {}),
          ...(addWay ? { addWay } : {}),
          again,
        },
      })
    }
  }
}
