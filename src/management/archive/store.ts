import { sql } from 'kysely'
import { identifyMany } from '#management/identity/commands.ts'
import { employeesByAccount } from '#management/team/queries.ts'
import { identitiesOf } from '#management/wecom/contacts.ts'
import { corpIdOf } from '#management/wecom/corp-ids.ts'
import { employeesOf } from '#management/wecom/members.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { noteConsents } from './consents.ts'
import { lockCorp } from './lock.ts'
import { answerOf, type Said } from './reading.ts'
import type { DirectMessage, DirectTeller, RoomMessage, RoomTeller } from './rooms.ts'
import type { MemberKind, TalkKind } from './schema.ts'
import { kindOf } from './talks.ts'
import { acts, type Heard, tellWords } from './watched-words.ts'
import { lettersOf } from './words.ts'

type Who = { kind: MemberKind; employeeId: number | null; customerId: number | null }
type Known = ReadonlyMap<string, Who>

/** `newEmployees`: whether members that the directory has not told of yet become employees, as everywhere with WeCom itself. */
type Options = { newEmployees: boolean; tell: RoomTeller; tellDirect: DirectTeller }

/**
 * Writes messages down, once each whatever the source repeats, with the talks they belong to. Returns the ids of WeCom that are new.
 * In one transaction with whatever says how far the source was read.
 */
export const saveMessages = (ctx: Context, corp: number, said: readonly Said[], options: Options): Promise<Set<string>> =>
  inTransaction(ctx, async (ctx) => {
    // One writer at a time makes talks of a corp: their numbers would deadlock.
    await lockCorp(ctx, corp)
    const fresh = await unknown(ctx, corp, said)
    if (fresh.length === 0) return new Set()
    const known = await findPeople(ctx, corp, fresh, options)
    const talks = await makeTalks(ctx, corp, fresh)
    await insertMessages(ctx, corp, fresh, known, talks)
    await countTalks(ctx, fresh, talks)
    await insertPeople(ctx, fresh, known, talks)
    await markRecalled(ctx, corp, fresh)
    await options.tell(ctx, heardInRooms(fresh, known))
    await options.tellDirect(ctx, heardDirectly(fresh, known))
    await tellWords(ctx, corp, heardOfCustomers(fresh, known))
    await noteConsents(
      ctx,
      corp,
      fresh.flatMap(answerOf).map((answer) => ({ ...answer, roomId: '', changedAt: answer.at })),
    )
    return new Set(fresh.map(({ msgid }) => msgid))
  })

/** What was said by somebody in a room with customers; acts such as taking back are nothing said. */
function heardInRooms(said: readonly Said[], known: Known): RoomMessage[] {
  return said.flatMap(({ room, msgid, sender, receivers, action, type, at, body }) => {
    const isHeard = room !== '' && action === 'send' && !acts.includes(type)
    const withCustomers = isHeard && [sender, ...receivers].some((one) => known.get(one)?.kind === 'customer')
    if (!withCustomers) return []
    return [{ room, msgid, sender, customer: known.get(sender)?.customerId ?? null, type, letters: lettersOf(body), at }]
  })
}

/** Between one customer and one employee. */
function heardDirectly(said: readonly Said[], known: Known): DirectMessage[] {
  return said.flatMap(({ room, msgid, sender, receivers, action, type, at, body }) => {
    if (room !== '' || action !== 'send' || acts.includes(type) || receivers.length !== 1) return []
    const both = [sender, receivers[0] ?? ''].map((one) => known.get(one))
    const customer = both.find((who) => who?.kind === 'customer')?.customerId
    const employee = both.find((who) => who?.kind === 'employee')?.employeeId
    if (!customer || !employee) return []
    return [{ msgid, customer, employee, byCustomer: both[0]?.kind === 'customer', type, letters: lettersOf(body), at }]
  })
}

/** What customers said anywhere, and what was said to one alone. */
function heardOfCustomers(said: readonly Said[], known: Known): Heard[] {
  return said.flatMap(({ room, msgid, sender, receivers, action, type, at, words }) => {
    if (action !== 'send' || acts.includes(type)) return []
    const speaker = known.get(sender)
    const other = room === '' && receivers.length === 1 ? known.get(receivers[0] ?? '') : undefined
    const byCustomer = speaker?.kind === 'customer'
    const customer = byCustomer ? speaker.customerId : speaker?.kind === 'employee' ? other?.customerId : undefined
    if (!customer) return []
    return [{ msgid, at, words, customer, byCustomer, employee: (byCustomer ? other : speaker)?.employeeId ?? null }]
  })
}

async function unknown(ctx: Context, corp: number, said: readonly Said[]): Promise<Said[]> {
  const once = new Map(said.map((one) => [one.msgid, one]))
  if (once.size === 0) return []
  const stored = await ctx.db
    .selectFrom('archiveMessages')
    .select('msgid')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('msgid', 'in', [...once.keys()])
    .execute()
  for (const { msgid } of stored) once.delete(msgid)
  return [...once.values()]
}

/** Everybody named in the messages. Customers are customers as soon as somebody talks with them. */
async function findPeople(ctx: Context, corp: number, said: readonly Said[], { newEmployees }: Options): Promise<Known> {
  const members = [...new Set(said.flatMap(({ sender, receivers }) => [sender, ...receivers]))].filter((one) => one !== '')
  const kinds = Map.groupBy(members, kindOf)
  const userIds = kinds.get('employee') ?? []
  // Members of corps that share a group with ours are named `corp/userid` and are nobody's employees here.
  const own = userIds.filter((one) => !one.includes('/'))
  const employees = await (newEmployees ? employeesOf(ctx, corp, own) : employeesByAccount(ctx, corp, own))
  const customers = await customersOf(ctx, corp, kinds.get('customer') ?? [], firstHeard(said))
  return new Map(
    members.map((one) => [
      one,
      { kind: kindOf(one), employeeId: employees.get(one) ?? null, customerId: customers.get(one) ?? null } satisfies Who,
    ]),
  )
}

/** When each was first heard or spoken to in these messages. */
function firstHeard(said: readonly Said[]): Map<string, Date> {
  const first = new Map<string, Date>()
  for (const { sender, receivers, at } of said)
    for (const member of [sender, ...receivers]) if (at < (first.get(member) ?? Number.POSITIVE_INFINITY)) first.set(member, at)
  return first
}

async function customersOf(
  ctx: Context,
  corp: number,
  externalUserIds: readonly string[],
  since: ReadonlyMap<string, Date>,
): Promise<Map<string, number>> {
  if (externalUserIds.length === 0) return new Map()
  const corpId = await corpIdOf(ctx, corp)
  const rows = await ctx.db
    .selectFrom('identities')
    .select(['value', 'customerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', 'wecom_external_userid')
    .where('scope', '=', corpId)
    .where('value', 'in', [...externalUserIds])
    .execute()
  const found = new Map(rows.map(({ value, customerId }) => [value, customerId]))
  const strangers = externalUserIds.filter((one) => !found.has(one))
  const ids = await identifyMany(
    ctx,
    strangers.map((one) => {
      const at = since.get(one)
      return { identities: identitiesOf(corpId, one, undefined), ...(at && { since: at }) }
    }),
    'wecom',
  )
  for (const [i, one] of strangers.entries()) found.set(one, ids[i] ?? 0)
  return found
}

async function makeTalks(ctx: Context, corp: number, said: readonly Said[]): Promise<Map<string, number>> {
  const talks = new Map<string, { kind: TalkKind; key: string; at: Date }>()
  for (const { talk, at } of said) if (talk && !talks.has(talk.key)) talks.set(talk.key, { ...talk, at })
  if (talks.size === 0) return new Map()
  await sql`
    insert into archive_talks (tenant_id, corp, kind, key, first_at, last_at)
    select ${ctx.tenantId}, ${corp}, kind, key, at, at from jsonb_to_recordset(${JSON.stringify([...talks.values()])}::jsonb) as n(kind text, key text, at timestamptz)
    order by key on conflict (tenant_id, corp, key) do nothing`.execute(ctx.db)
  const rows = await ctx.db
    .selectFrom('archiveTalks')
    .select(['id', 'key'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('key', 'in', [...talks.keys()])
    .execute()
  return new Map(rows.map(({ id, key }) => [key, id]))
}

async function insertMessages(ctx: Context, corp: number, said: readonly Said[], known: Known, talks: ReadonlyMap<string, number>) {
  const rows = said.map(({ talk, sender, msgid, seq, action, type, at, body, words, grams, recalls }) => {
    const who = known.get(sender)
    return {
      msgid,
      seq,
      talk: talk ? talks.get(talk.key) : null,
      action,
      type,
      at,
      sender,
      kind: who?.kind ?? 'employee',
      employee: who?.employeeId ?? null,
      customer: who?.customerId ?? null,
      body,
      words,
      grams,
      recalls,
    }
  })
  await sql`
    insert into archive_messages (tenant_id, corp, msgid, seq, talk_id, action, type, at, sender, sender_kind, employee_id, customer_id, body, words, grams, recalls)
    select ${ctx.tenantId}, ${corp}, msgid, seq, talk, action, type, at, sender, kind, employee, customer, body, words, grams, recalls
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(msgid text, seq bigint, talk bigint, action text, type text, at timestamptz, sender text,
      kind text, employee int, customer int, body jsonb, words text, grams text[], recalls text)
    order by at, seq, msgid
    on conflict (tenant_id, corp, msgid) do nothing`.execute(ctx.db)
}

/** A talk's counters and its last message, from what is stored. */
async function countTalks(ctx: Context, said: readonly Said[], talks: ReadonlyMap<string, number>): Promise<void> {
  const rows = said.flatMap(({ talk, at }) => (talk ? [{ id: talks.get(talk.key), at }] : []))
  if (rows.length === 0) return
  await sql`
    update archive_talks t set messages = t.messages + n.messages, first_at = least(t.first_at, n.first), last_at = greatest(t.last_at, n.last),
      last_message = (select m.id from archive_messages m where m.tenant_id = t.tenant_id and m.talk_id = t.id order by m.at desc, m.id desc limit 1)
    from (select id, count(*)::int as messages, min(at) as first, max(at) as last
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said(id bigint, at timestamptz) group by id) n
    where t.tenant_id = ${ctx.tenantId} and t.id = n.id`.execute(ctx.db)
}

async function insertPeople(ctx: Context, said: readonly Said[], known: Known, talks: ReadonlyMap<string, number>): Promise<void> {
  const people = new Map<string, { talk: number; member: string; kind: MemberKind; employee: number | null; customer: number | null }>()
  for (const { talk, sender, receivers } of said) {
    const id = talk && talks.get(talk.key)
    if (id === undefined) continue
    for (const member of [sender, ...receivers]) {
      const who = known.get(member)
      if (who) people.set(`${id} ${member}`, { talk: id, member, kind: who.kind, employee: who.employeeId, customer: who.customerId })
    }
  }
  if (people.size === 0) return
  await sql`
    insert into archive_people as p (tenant_id, talk_id, member, kind, employee_id, customer_id)
    select ${ctx.tenantId}, talk, member, kind, employee, customer
    from jsonb_to_recordset(${JSON.stringify([...people.values()])}::jsonb) as n(talk bigint, member text, kind text, employee int, customer int)
    order by talk, member
    on conflict (tenant_id, talk_id, member) do update set employee_id = excluded.employee_id, customer_id = excluded.customer_id
      where (p.employee_id, p.customer_id) is distinct from (excluded.employee_id, excluded.customer_id)`.execute(ctx.db)
}

/** Whichever of the two came first: what was sealed may be read long after it was taken back. */
async function markRecalled(ctx: Context, corp: number, said: readonly Said[]): Promise<void> {
  const recalled = said.flatMap(({ recalls }) => recalls ?? [])
  await sql`
    update archive_messages m set recalled_at = r.at from archive_messages r
    where m.tenant_id = ${ctx.tenantId} and m.corp = ${corp} and m.recalled_at is null and r.tenant_id = m.tenant_id and r.corp = m.corp and r.recalls = m.msgid
      and m.msgid = any(${[...recalled, ...said.map(({ msgid }) => msgid)]}::text[])`.execute(ctx.db)
}
