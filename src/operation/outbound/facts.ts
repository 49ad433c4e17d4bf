import { type RawBuilder, sql } from 'kysely'
import { heldOutOfAll } from '#operation/experiments/control-queries.ts'
import type { Context } from '#platform/context.ts'
import type { Facts, Reach } from './gate.ts'
import type { MessageKind, Policy, SourceKind } from './schema.ts'
import { isStopped, type Stop } from './stopping.ts'

/** A wish as the gate is asked about it; `id` only where it is a row already. */
export type Wish = {
  id?: number | undefined
  customerId: number | null
  groupId: number | null
  employeeId: number | null
  kind: MessageKind
  sourceKind: SourceKind
  sourceId: number
  step: string | null
}

/** What a trial of this source deals somebody: to be left out, or the wording at this place. */
export type Lot = { ghost: boolean; place: number }

/** Told by whoever runs trials; without a trial nobody has a lot. */
export type Dealing = (
  ctx: Context,
  source: { kind: SourceKind; id: number },
  customerIds: readonly number[],
) => Promise<ReadonlyMap<number, Lot>>

export type Asked = { policy: Policy; stops: readonly Stop[]; receiveSince: Date; deal: Dealing }

/** What counts as handed over: on its way to a task, in one, or there. */
export const handedOver = sql`(s.state in ('tasked', 'unknown', 'sent') or (s.state = 'waiting' and s.reason = 'task'))`

type Row = {
  ref: number
  person: number | null
  consent: boolean | null
  corp: number | null
  userId: string | null
  employeeId: number | null
  target: string | null
  received: number
  isFull: boolean
  recent: number
  isTwin: boolean
}

/** The facts of many wishes in a handful of statements, in their order. */
export async function readFacts(ctx: Context, wishes: readonly Wish[], asked: Asked): Promise<Facts[]> {
  const rows = new Map([...(await ofCustomers(ctx, wishes, asked)), ...(await ofGroups(ctx, wishes, asked))].map((row) => [row.ref, row]))
  const found = wishes.map((wish, ref) => factsOf(wish, rows.get(ref), asked))
  const lots = await dealtOut(ctx, wishes, found, asked)
  return found.map((facts, ref) => {
    const lot = lots.get(ref)
    return lot ? { ...facts, inHoldout: lot.ghost, wording: lot.place } : facts
  })
}

function factsOf(wish: Wish, row: Row | undefined, { stops }: Asked): Facts {
  const { corp, userId, employeeId, target } = row ?? {}
  const reach: Reach | null = corp && userId && employeeId && target ? { corp, userId, employeeId, target } : null
  const audience = wish.groupId === null ? 'customer' : 'group'
  const person = row?.person ?? wish.customerId ?? wish.groupId ?? 0
  return {
    kind: wish.kind,
    audience,
    person,
    once: wish.sourceKind === 'message' ? `${wish.sourceId} ${wish.step ?? ''} ${audience} ${person}` : undefined,
    stopped: isStopped(stops, { sourceKind: wish.sourceKind, sourceId: wish.sourceId, corp: corp ?? null }),
    consent: row?.consent ?? null,
    reach,
    received: row?.received ?? 0,
    isFull: row?.isFull ?? false,
    inHoldout: false,
    wording: 0,
    recent: row?.recent ?? 0,
    isTwin: row?.isTwin ?? false,
  }
}

/** Rows of the asked wishes with everybody who counts as the same customer. */
const askedOf = (wishes: readonly Wish[]): string =>
  JSON.stringify(
    wishes.flatMap(({ id, customerId, employeeId, kind, sourceKind, sourceId, step }, ref) =>
      customerId === null
        ? []
        : [{ ref, id, customer: customerId, employee: employeeId, kind, source: sourceKind, source_id: sourceId, step }],
    ),
  )

/**
 * Whoever is asked to send is the named employee while they are friends, else the friend of longest standing. A corp that is paused
 * and a member who left it reach nobody.
 */
async function ofCustomers(ctx: Context, wishes: readonly Wish[], { policy, receiveSince }: Asked): Promise<Row[]> {
  const asked = askedOf(wishes)
  if (asked === '[]') return []
  const cap = policy.frequency.marketing
  const recentSince = new Date(ctx.now().getTime() - (cap?.days ?? 0) * 86_400_000)
  const { rows } = await sql<Row>`
    with w as materialized (
      select n.*, c.canonical_id as person
      from jsonb_to_recordset(${asked}::jsonb) as n(ref int, id bigint, customer int, employee int, kind text, source text, source_id int, step text)
        join customers c on c.tenant_id = ${ctx.tenantId} and c.id = n.customer)
    select w.ref, w.person, said.allowed as consent, r.corp, r.user_id, r.employee_id, r.target,
      coalesce(got.received, 0)::int as received, coalesce(got.is_full, false) as is_full, coalesce(had.recent, 0)::int as recent, coalesce(had.is_twin, false) as is_twin
    from w
      left join lateral (
        select k.allowed from ${membersOf(ctx)} join consents k on k.tenant_id = ${ctx.tenantId} and k.customer_id = m.id and k.purpose = 'marketing'
        order by k.at desc, k.id desc limit 1) said on true
      left join lateral (
        select f.corp, f.user_id, f.employee_id, f.external_userid as target from (
          select l.added_at, l.employee_id, x.corp, x.user_id, x.external_userid
          from follows l join wecom_follows x on x.tenant_id = l.tenant_id and x.customer_id = l.customer_id and x.employee_id = l.employee_id and x.live and not x.half
          where l.tenant_id = ${ctx.tenantId} and l.canonical_id = w.person and l.added_at is not null and l.ended_at is null) f
          join employee_accounts a on a.tenant_id = ${ctx.tenantId} and a.corp_id = f.corp and a.user_id = f.user_id and a.left_at is null
          join wecom_corps o on o.tenant_id = ${ctx.tenantId} and o.id = f.corp and o.state = 'active'
        order by (f.employee_id = w.employee) desc nulls last, f.added_at, f.employee_id limit 1) r on true
      left join lateral (${receivedBy(ctx, receiveSince)}) got on true
      left join lateral (
        select count(*) filter (where s.kind = w.kind and s.kind = 'marketing' and s.tasked_at > ${recentSince} and ${handedOver}) as recent,
          bool_or(w.source = 'message' and s.source_kind = 'message' and s.source_id = w.source_id and s.step is not distinct from w.step
            and s.id <> coalesce(w.id, 0) and ${handedOver}) as is_twin
        from ${membersOf(ctx)} join sends s on s.tenant_id = ${ctx.tenantId} and s.customer_id = m.id) had on true`.execute(ctx.db)
  return rows
}

const membersOf = (ctx: Context): RawBuilder<unknown> => sql`(
  select w.person as id union all
  select c.id from customers c where c.tenant_id = ${ctx.tenantId} and c.canonical_id = w.person and c.canonical_id <> c.id) m`

/** What the one in `r` got of mass messages since then, and whether WeCom said that it was too much. */
const receivedBy = (ctx: Context, since: Date): RawBuilder<unknown> => sql`
  select count(*) filter (where s.tasked_at >= ${since} and ${handedOver}) as received,
    bool_or(s.reason = 'over_limit' and s.finished_at >= ${since}) as is_full
  from sends s where s.tenant_id = ${ctx.tenantId} and s.corp = r.corp and s.target = r.target`

async function ofGroups(ctx: Context, wishes: readonly Wish[], { receiveSince }: Asked): Promise<Row[]> {
  const asked = wishes.flatMap(({ id, groupId, sourceKind, sourceId, step }, ref) =>
    groupId === null ? [] : [{ ref, id, group: groupId, source: sourceKind, source_id: sourceId, step }],
  )
  if (asked.length === 0) return []
  const { rows } = await sql<Row>`
    with w as materialized (
      select n.*, g.id as person, g.corp, g.owner_userid as user_id, g.owner_id as employee_id, g.chat_id as target, g.dismissed_at
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as n(ref int, id bigint, "group" int, source text, source_id int, step text)
        join groups g on g.tenant_id = ${ctx.tenantId} and g.id = n.group)
    select w.ref, w.person, null::boolean as consent, r.corp, r.user_id, r.employee_id, r.target,
      coalesce(got.received, 0)::int as received, coalesce(got.is_full, false) as is_full, 0 as recent, coalesce(had.is_twin, false) as is_twin
    from w
      left join lateral (
        select w.corp, w.user_id, w.employee_id, w.target from employee_accounts a join wecom_corps o on o.tenant_id = a.tenant_id and o.id = a.corp_id and o.state = 'active'
        where w.dismissed_at is null and a.tenant_id = ${ctx.tenantId} and a.corp_id = w.corp and a.user_id = w.user_id and a.left_at is null) r on true
      left join lateral (${receivedBy(ctx, receiveSince)}) got on true
      left join lateral (
        select true as is_twin from sends s
        where s.tenant_id = ${ctx.tenantId} and s.corp = w.corp and s.target = w.target and s.source_kind = w.source and s.source_id = w.source_id
          and w.source = 'message' and s.step is not distinct from w.step and s.id <> coalesce(w.id, 0) and ${handedOver} limit 1) had on true`.execute(
    ctx.db,
  )
  return rows
}

/**
 * The company's control group hears no marketing and is in no trial; a trial of the source says itself whom else it keeps out. It is
 * asked about those only whom the message could reach, because nobody else is met by it; who a message is tried on is no receiver.
 */
async function dealtOut(
  ctx: Context,
  wishes: readonly Wish[],
  found: readonly Facts[],
  { deal, policy }: Asked,
): Promise<Map<number, Lot>> {
  const people = wishes.flatMap(({ customerId, sourceKind, sourceId, step }, ref) => {
    const facts = found[ref]
    return customerId === null || !facts ? [] : [{ ref, facts, sourceKind, sourceId, isTest: sourceKind === 'message' && step !== null }]
  })
  const control = await heldOutOfAll(
    ctx,
    people.map(({ facts }) => facts.person),
  )
  const lots = new Map<number, Lot>()
  for (const { ref, facts } of people) if (facts.kind === 'marketing' && control.has(facts.person)) lots.set(ref, { ghost: true, place: 0 })
  const met = people.filter(({ facts, isTest }) => !isTest && !control.has(facts.person) && isReachable(policy, facts))
  for (const list of Map.groupBy(met, ({ sourceKind, sourceId }) => `${sourceKind} ${sourceId}`).values()) {
    const [first] = list
    if (!first) continue
    const dealt = await deal(
      ctx,
      { kind: first.sourceKind, id: first.sourceId },
      list.map(({ facts }) => facts.person),
    )
    for (const { ref, facts } of list) {
      const lot = dealt.get(facts.person)
      if (lot) lots.set(ref, lot)
    }
  }
  return lots
}

/** Nothing that the gate asks before holdouts keeps it from them. */
const isReachable = (policy: Policy, { stopped, reach, isTwin, isFull, kind, consent }: Facts): boolean =>
  !stopped && reach !== null && !isTwin && !isFull && (kind !== 'marketing' || (consent ?? policy.consentDefault === 'allowed'))
