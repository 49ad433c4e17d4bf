import type { TestEvent } from '../testing.ts'
import type { LoyaltyRules, RelationshipRules } from './rules.ts'

/** Both scores by hand, person by person and message by message. */
type Fact = { person: string; name: string; ms: number; properties: Record<string, unknown> }
export type Parts = (number | null)[]

const day = 86_400_000
const capped = (value: number): number => Math.min(1, Math.max(0, value))

export const toFacts = (events: readonly TestEvent[]): Fact[] =>
  events
    .map(({ person, event, timestamp, properties = {} }) => ({ person, name: event, ms: Date.parse(timestamp), properties }))
    .sort((one, other) => one.ms - other.ms)

export function meanOf(parts: Parts, weights: readonly number[]): number | null {
  const known = parts.flatMap((part, i) => (part === null ? [] : [{ part, weight: weights[i] ?? 0 }]))
  const whole = known.reduce((sum, { weight }) => sum + weight, 0)
  return whole === 0 ? null : (100 * known.reduce((sum, { part, weight }) => sum + part * weight, 0)) / whole
}

/** When the friendship with each employee that lives before `at` began. */
function friends(own: readonly Fact[], at: number): { employee: string; since: number }[] {
  const marks = own.filter(({ name, ms }) => ms < at && (name === 'customer.followed' || name === 'customer.unfollowed'))
  return [...new Set(marks.map(({ properties }) => String(properties.employee)))].flatMap((employee) => {
    const last = marks.findLast(({ properties }) => String(properties.employee) === employee)
    return last?.name === 'customer.followed' ? [{ employee, since: last.ms }] : []
  })
}

type Run = { side: string; ms: number; next: number | undefined }

function runsWith(own: readonly Fact[], employee: string): Run[] {
  const said = own.filter(
    ({ name, properties }) => (name === 'message.received' || name === 'employee_message.sent') && String(properties.employee) === employee,
  )
  const starts = said.filter(({ name }, i) => said[i - 1]?.name !== name)
  return starts.map(({ name, ms }, i) => ({ side: name, ms, next: starts[i + 1]?.ms }))
}

function talk(own: readonly Fact[], employee: string, at: number, { windowDays, replyHours }: RelationshipRules) {
  const reply = replyHours * 3_600_000
  const runs = runsWith(own, employee).filter(({ ms }) => ms < at && ms >= at - windowDays * day)
  const asked = runs.filter(({ side }) => side === 'employee_message.sent')
  const isAnswered = ({ ms, next }: Run) => next !== undefined && next < at && next <= ms + reply
  return {
    turns: Math.min(asked.length, runs.length - asked.length),
    replied: asked.filter(isAnswered).length,
    asked: asked.filter((run) => isAnswered(run) || run.ms + reply <= at).length,
  }
}

export function relationshipOf(
  all: readonly Fact[],
  person: string,
  at: number,
  rules: RelationshipRules,
  employee?: string,
): Parts | undefined {
  const own = all.filter((one) => one.person === person)
  const live = friends(own, at).filter((one) => employee === undefined || one.employee === employee)
  if (live.length === 0) return undefined
  const everyEmployee = [
    ...new Set(
      own.flatMap(({ name, properties }) => (name.includes('message.') && !name.startsWith('group') ? [String(properties.employee)] : [])),
    ),
  ]
  const talks = (employee === undefined ? everyEmployee : [employee]).map((one) => talk(own, one, at, rules))
  const sum = (key: 'turns' | 'replied' | 'asked') => talks.reduce((total, one) => total + one[key], 0)
  const { parts } = rules
  const isFed = (names: readonly string[]) => all.some(({ name, ms }) => ms < at && names.includes(name))
  const times = (names: readonly string[]) =>
    own.filter(({ name, ms }) => names.includes(name) && ms < at && ms >= at - rules.windowDays * day).length
  const counted = ({ full, events }: { full: number; events: string[] }) => (isFed(events) ? capped(times(events) / full) : null)
  return [
    isFed(['message.received', 'employee_message.sent']) ? capped(sum('turns') / parts.turns.full) : null,
    sum('asked') === 0 ? null : sum('replied') / sum('asked'),
    counted(parts.content),
    counted(parts.groups),
    capped((at - Math.min(...live.map(({ since }) => since))) / day / parts.tenure.full),
  ]
}

export function loyaltyOf(all: readonly Fact[], person: string, at: number, rules: LoyaltyRules): Parts | undefined {
  const own = all.filter((one) => one.person === person)
  const orders = own.filter(({ name, ms }) => name === 'order.paid' && ms < at)
  const [first] = orders
  if (!first) return undefined
  const { parts, windowDays, onTimeDays } = rules
  const since = at - windowDays * day
  const isAgain = (i: number) => orders[i + 1] !== undefined && (orders[i + 1]?.ms ?? 0) <= (orders[i]?.ms ?? 0) + onTimeDays * day
  const recent = orders.map((order, i) => ({ ...order, i })).filter(({ ms }) => ms >= since)
  const expected = recent.filter(({ i, ms }) => isAgain(i) || ms + onTimeDays * day <= at)
  const { events, full } = parts.referrals
  const brought = own.filter(({ name, ms }) => events.includes(name) && ms < at && ms >= since).length
  const nps = own.findLast(({ name, ms }) => name === 'nps.answered' && ms < at && ms >= since)
  return [
    capped(recent.filter(({ i }) => i > 0).length / parts.repurchases.full),
    expected.length === 0 ? null : recent.filter(({ i }) => isAgain(i)).length / expected.length,
    all.some(({ name, ms }) => events.includes(name) && ms < at) ? capped(brought / full) : null,
    nps ? capped(Number(nps.properties.score) / 10) : null,
    capped((at - first.ms) / day / parts.tenure.full),
  ]
}
