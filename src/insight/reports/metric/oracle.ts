import { DateTime } from 'luxon'
import type { TestEvent } from '../testing.ts'

/** The dictionary by hand, person by person: slow, and plain enough to be read as the definition. */
export type Stretch = { from: number; to: number }
type Fact = { person: string; name: string; ms: number; properties: Record<string, unknown> }
export type Oracle = (facts: Fact[], stretch: Stretch, now: number) => number | null

const day = 86_400_000
const hour = 3_600_000
const zone = 'Asia/Shanghai'

export const toFacts = (events: TestEvent[]): Fact[] =>
  events
    .map(({ person, event, timestamp, properties = {} }) => ({ person, name: event, ms: Date.parse(timestamp), properties }))
    .sort((one, other) => one.ms - other.ms)

const within = ({ ms }: Fact, { from, to }: Stretch): boolean => ms >= from && ms < to
const people = (facts: Fact[]): string[] => [...new Set(facts.map(({ person }) => person))].filter((person) => person !== '')
const isBuy = ({ name, properties }: Fact): boolean => name === 'order.paid' && Number(properties.amount) > 0
const ownToo = [
  'coupon.used',
  'distributor.joined',
  'referral.registered',
  'customer.invited',
  'customer.referred',
  'trial.enrolled',
  'trial.attended',
  'trial.finished',
  'account.registered',
  'rating.given',
  'post.published',
  'activity.joined',
]
const isAct = ({ name }: Fact): boolean =>
  ['page.viewed', 'page.shared', 'order.paid', 'group.joined', 'group_message.sent', 'message.received', ...ownToo].includes(name)
const isShare = ({ name }: Fact): boolean => name === 'page.shared'
const dayStart = (ms: number): number => DateTime.fromMillis(ms, { zone }).startOf('day').toMillis()
const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

function median(values: number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  if (sorted.length === 0) return null
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2
}

const count =
  (test: (fact: Fact) => boolean): Oracle =>
  (facts, stretch) =>
    facts.filter((fact) => test(fact) && within(fact, stretch)).length
const persons =
  (test: (fact: Fact) => boolean): Oracle =>
  (facts, stretch) =>
    people(facts.filter((fact) => test(fact) && within(fact, stretch))).length
const sum =
  (...names: string[]): Oracle =>
  (facts, stretch) =>
    facts
      .filter((fact) => names.includes(fact.name) && within(fact, stretch))
      .reduce((all, { properties }) => all + Number(properties.amount), 0) / 100

/** Employees (or groups) somebody is with just before `at`, and since when. */
function liveOf(
  facts: Fact[],
  person: string,
  at: number,
  [begins, ends]: [string, string],
  other: string,
): { key: unknown; since: number }[] {
  const own = facts.filter((fact) => fact.person === person && (fact.name === begins || fact.name === ends) && fact.ms < at)
  return [...new Set(own.map(({ properties }) => properties[other]))].flatMap((key) => {
    const last = own.findLast(({ properties }) => properties[other] === key)
    return last?.name === begins ? [{ key, since: last.ms }] : []
  })
}

const follow: [string, string] = ['customer.followed', 'customer.unfollowed']
const friends = (facts: Fact[], at: number): string[] =>
  people(facts).filter((person) => liveOf(facts, person, at, follow, 'employee').length > 0)
const members = (facts: Fact[], at: number): string[] =>
  people(facts).filter((person) => liveOf(facts, person, at, ['group.joined', 'group.left'], 'chat').length > 0)
/** Whole days before the end, by the clock of the company. */
const actsBefore = (facts: Fact[], person: string, at: number, days: number): boolean =>
  facts.some((fact) => fact.person === person && isAct(fact) && fact.ms < at && dayStart(fact.ms) >= dayStart(at - days * day))

const first = (facts: Fact[], person: string, test: (fact: Fact) => boolean): Fact | undefined =>
  facts.find((fact) => fact.person === person && test(fact))

const newcomers =
  (test: (fact: Fact) => boolean): Oracle =>
  (facts, stretch) =>
    people(facts).filter((person) => {
      const one = first(facts, person, test)
      return one !== undefined && within(one, stretch)
    }).length

const churned: Oracle = (facts, stretch) =>
  people(
    facts.filter(
      (fact) =>
        fact.name === 'customer.unfollowed' &&
        fact.properties.by !== 'transfer' &&
        within(fact, stretch) &&
        liveOf(facts, fact.person, fact.ms + 1, follow, 'employee').length === 0,
    ),
  ).length

const followedBy =
  (test: (fact: Fact) => boolean, hours: number, begin = 'customer.followed', each: 'times' | 'persons' = 'times'): Oracle =>
  (facts, stretch, now) => {
    const starts = facts
      .filter((fact) => fact.name === begin && fact.person !== '' && within(fact, stretch))
      .map((start) => ({
        start,
        matched: facts.some(
          (fact) => fact.person === start.person && test(fact) && fact.ms > start.ms && fact.ms <= start.ms + hours * hour,
        ),
      }))
    const settled = starts.filter(({ start }) => start.ms + hours * hour <= now)
    const size = (some: typeof starts) => (each === 'times' ? some.length : people(some.map(({ start }) => start)).length)
    return ratio(size(settled.filter(({ matched }) => matched)), size(settled))
  }

const buyersOf = (facts: Fact[], stretch: Stretch): string[] => people(facts.filter((fact) => isBuy(fact) && within(fact, stretch)))

const over =
  (one: Oracle, other: Oracle): Oracle =>
  (facts, stretch, now) =>
    ratio(one(facts, stretch, now) ?? 0, other(facts, stretch, now) ?? 0)
const named =
  (...names: string[]) =>
  ({ name }: Fact): boolean =>
    names.includes(name)
const referrals = ['customer.invited', 'customer.referred', 'invite.accepted', 'referral.registered']

/** First words of a customer with when they were answered (null for never), each employee apart. */
function turnsOf(facts: Fact[], stretch: Stretch): { ms: number; answer: number | null }[] {
  return facts.flatMap((fact, place) => {
    const same = (other: Fact) => other.person === fact.person && other.properties.employee === fact.properties.employee
    const talk = (other: Fact) => named('message.received', 'employee_message.sent')(other) && same(other)
    if (fact.name !== 'message.received' || !within(fact, stretch)) return []
    if (facts.slice(0, place).findLast(talk)?.name === 'message.received') return []
    return [{ ms: fact.ms, answer: facts.slice(place).find((other) => talk(other) && other.name !== fact.name)?.ms ?? null }]
  })
}

const turnShare =
  (test: (turn: { ms: number; answer: number | null }) => boolean): Oracle =>
  (facts, stretch, now) => {
    const settled = turnsOf(facts, stretch).filter(({ ms }) => ms + 24 * hour <= now)
    return ratio(settled.filter(test).length, settled.length)
  }

const isLate = (facts: Fact[], { properties }: Fact): boolean =>
  facts.some((other) => other.name === 'task.overdue' && other.properties.task === properties.task)
const shopBuyers = (facts: Fact[], at: number): string[] =>
  people(facts.filter((fact) => isBuy(fact) && Number(fact.properties.shop ?? 0) > 0 && fact.ms < at))
/** Whoever brought somebody: the distributor who is named, else the one it is told of. */
const inviters = (facts: Fact[], stretch: Stretch): string[] =>
  facts
    .filter((fact) => named(...referrals)(fact) && within(fact, stretch) && fact.properties.inviter === undefined)
    .map(({ person, properties: { distributor } }) =>
      distributor === undefined
        ? person
        : (facts.find((fact) => fact.name === 'distributor.joined' && fact.properties.distributor === distributor)?.person ?? ''),
    )
const invitees = persons(
  ({ name, properties }) => referrals.slice(1).includes(name) && (properties.distributor !== undefined || properties.inviter !== undefined),
)

export const oracles: Readonly<Record<string, Oracle>> = {
  wecom_adds: count(({ name }) => name === 'customer.followed'),
  new_customers: newcomers(({ name }) => name === 'customer.followed'),
  net_adds: (facts, stretch) =>
    facts.filter((fact) => within(fact, stretch) && fact.name === 'customer.followed').length -
    facts.filter((fact) => within(fact, stretch) && fact.name === 'customer.unfollowed' && fact.properties.by !== 'transfer').length,
  existing_customers: (facts, { to }) => friends(facts, to).length,
  valid_customers: (facts, { to }) =>
    people(facts).filter((person) =>
      liveOf(facts, person, to, follow, 'employee').some(({ since }) =>
        facts.some((fact) => fact.person === person && isAct(fact) && fact.ms >= since && fact.ms < to),
      ),
    ).length,
  active_customers_7: (facts, { to }) => people(facts).filter((person) => actsBefore(facts, person, to, 7)).length,
  active_rate: (facts, { to }) =>
    ratio(people(facts).filter((person) => actsBefore(facts, person, to, 7)).length, friends(facts, to).length),
  silent_customers: (facts, { to }) => friends(facts, to).filter((person) => !actsBefore(facts, person, to, 30)).length,
  churned_customers: churned,
  first_act_rate: followedBy(isAct, 72),
  add_to_order_rate: followedBy(isBuy, 168),
  group_members: (facts, { to }) => members(facts, to).length,
  group_join_rate: (facts, { to }) =>
    ratio(friends(facts, to).filter((person) => members(facts, to).includes(person)).length, friends(facts, to).length),
  group_active_rate: (facts, { from, to }) =>
    ratio(
      members(facts, to).filter((person) =>
        facts.some((fact) => fact.person === person && fact.name === 'group_message.sent' && within(fact, { from, to })),
      ).length,
      members(facts, to).length,
    ),
  shares: count(isShare),
  sharers: persons(isShare),
  buyers: persons(isBuy),
  new_buyers: newcomers(isBuy),
  paid_amount: sum('order.paid', 'order.amended'),
  net_amount: (facts, stretch) =>
    (sum('order.paid', 'order.amended')(facts, stretch, 0) ?? 0) - (sum('order.refunded')(facts, stretch, 0) ?? 0),
  aov: (facts, stretch) => ratio(sum('order.paid', 'order.amended')(facts, stretch, 0) ?? 0, buyersOf(facts, stretch).length),
  repurchase_rate: (facts, stretch) => {
    const buyers = buyersOf(facts, stretch)
    const orders = (person: string) => facts.filter((fact) => isBuy(fact) && fact.person === person && within(fact, stretch)).length
    return ratio(buyers.filter((person) => orders(person) >= 2).length, buyers.length)
  },
  repurchase_cycle: (facts, stretch) =>
    median(
      people(facts).flatMap((person) => {
        const own = facts.filter((fact) => isBuy(fact) && fact.person === person)
        return own.flatMap((fact, i) => (i > 0 && within(fact, stretch) ? [(fact.ms - (own[i - 1]?.ms ?? 0)) / day] : []))
      }),
    ),
  incubation_days: (facts, stretch) =>
    median(
      people(facts).flatMap((person) => {
        const [start, end] = [first(facts, person, ({ name }) => name === 'customer.followed'), first(facts, person, isBuy)]
        return start && end && end.ms >= start.ms && within(end, stretch) ? [(end.ms - start.ms) / day] : []
      }),
    ),
  share_rate: over(persons(isShare), persons(named('page.viewed'))),
  visit_rate: followedBy(named('page.viewed'), 72, 'message.sent', 'persons'),
  response_rate: followedBy(isAct, 72, 'message.sent', 'persons'),
  reach_rate: over(count(named('message.sent')), count(named('message.sent', 'message.suppressed', 'message.failed'))),
  buyer_coverage: (facts, { to }) =>
    ratio(friends(facts, to).filter((person) => shopBuyers(facts, to).includes(person)).length, shopBuyers(facts, to).length),
  referral_rate: (facts, stretch) =>
    ratio(
      friends(facts, stretch.to).filter((person) => inviters(facts, stretch).includes(person)).length,
      friends(facts, stretch.to).length,
    ),
  fission_friends: invitees,
  k_factor: over(invitees, persons(named('page.shared', 'customer.invited'))),
  reply_rate: turnShare(({ answer }) => answer !== null),
  timeout_rate: turnShare(({ ms, answer }) => answer === null || answer > ms + 24 * hour),
  first_reply_minutes: (facts, stretch) =>
    median(turnsOf(facts, stretch).flatMap(({ ms, answer }) => (answer === null ? [] : [(answer - ms) / 60_000]))),
  task_done_rate: (facts, stretch) => {
    const ended = facts.filter((fact) => fact.name === 'task.completed' && within(fact, stretch) && !isLate(facts, fact))
    const overdue = count(named('task.overdue'))(facts, stretch, 0) ?? 0
    return ratio(ended.filter(({ properties }) => properties.result === 'done').length, ended.length + overdue)
  },
  pulled_amount: (facts, stretch, now) =>
    sum('order.paid')(
      facts.filter(({ properties }) =>
        facts.some((use) => use.name === 'coupon.used' && use.properties.order === properties.orderNo && properties.orderNo !== undefined),
      ),
      stretch,
      now,
    ),
  commission: (facts, stretch, now) =>
    (sum('commission.accrued')(facts, stretch, now) ?? 0) - (sum('commission.clawed_back')(facts, stretch, now) ?? 0),
  winback_rate: (facts, stretch, now) =>
    followedBy((fact) => fact.name === 'customer.followed' || isBuy(fact), 720, 'task.assigned')(
      facts.filter(({ name, properties }) => name !== 'task.assigned' || String(properties.taskTitle).includes('召回')),
      stretch,
      now,
    ),
  free_trial_users: persons(
    ({ name, properties }) => (name === 'trial.enrolled' && properties.price === 0) || (name === 'order.paid' && properties.amount === 0),
  ),
  paid_trial_users: persons(({ name, properties }) => name === 'trial.enrolled' && Number(properties.price) > 0),
  trial_attended: persons(named('trial.attended')),
  trial_finished: persons(named('trial.finished')),
  full_price_conversion_rate: followedBy(isBuy, 720, 'trial.attended', 'persons'),
  register_rate: over(persons(named('account.registered')), persons(named('page.viewed'))),
  member_join_rate: (facts, { to }) => {
    const joined = (person: string) => facts.some((fact) => fact.person === person && fact.name === 'member.level_changed' && fact.ms < to)
    return ratio(friends(facts, to).filter(joined).length, friends(facts, to).length)
  },
  activity_frequency: (facts, stretch, now) =>
    ratio(count(named('activity.joined'))(facts, stretch, now) ?? 0, friends(facts, stretch.to).length),
  ugc_count: count(named('post.published')),
  csat: (facts, stretch) => {
    const scores = facts
      .filter((fact) => fact.name === 'rating.given' && within(fact, stretch) && fact.properties.score !== undefined)
      .map(({ properties }) => Number(properties.score))
    return ratio(
      scores.reduce((all, score) => all + score, 0),
      scores.length,
    )
  },
  redeem_rate: over(count(named('coupon.used')), count(named('coupon.issued'))),
  commission_paid: sum('commission.paid'),
  exchange_rate: over(
    count(({ name, properties }) => name === 'order.refunded' && properties.type === 'exchange'),
    count(isBuy),
  ),
}
