/**
 * The rules of a funnel for one person, without any database.
 *
 * Every event that fits the first step (in any-order funnels: any step) is a start. From its start an attempt takes, step by
 * step, the earliest event that fits; events of one instant count in whichever order serves the attempt, and one event serves
 * one step only. An attempt with an exclusion between its two steps is void. A person counts once: with the attempt that got
 * deepest; of several, with the one whose steps came earliest, first step first.
 */
export type FunnelEvent = {
  ms: number
  /** Bit i: fits step i. */
  steps: number
  /** Bit j: is exclusion j. */
  exclusions: number
  /** Values of the held properties; null where absent. */
  held: readonly (string | null)[]
}

export type FunnelRules = {
  steps: number
  order: 'ordered' | 'strict' | 'unordered'
  /** Last instant, inclusive, of the window that opens at `ms`. */
  windowEnd(ms: number): number
  /** Starts lie in from ≤ ms < to; with `everyStep` all steps do. */
  from: number
  to: number
  everyStep: boolean
  exclusions: readonly { fromStep: number; toStep: number }[]
}

/** The places in the person's list of events that served steps 0, 1, …; in any-order funnels in the order they happened. */
export type Attempt = {
  matched: number[]
  /** The instants of the matched events. */
  times: number[]
  /** The last instant at which it could go on, and whether it could, as far as events are known. */
  end: number
  mayGoOn: boolean
}

/** All attempts that are not void, in the order of their starts. `events` are sorted by time. */
export function* attemptsOf(events: readonly FunnelEvent[], rules: FunnelRules): Generator<Attempt> {
  const search = createSearch(events, rules)
  const walk = { ordered, strict, unordered }[rules.order]
  for (const [place, event] of events.entries()) {
    const isStart = event.ms >= rules.from && event.ms < rules.to && (rules.order === 'unordered' ? event.steps !== 0 : fits(event, 0))
    if (!isStart) continue
    const end = Math.min(rules.windowEnd(event.ms), rules.everyStep ? rules.to - 1 : Number.POSITIVE_INFINITY)
    const attempt = walk(search, { place, event, held: heldKey(event), holds: event.held.every((value) => value !== null), end })
    if (!isVoid(search, attempt)) yield { ...attempt, times: attempt.matched.map((one) => timeAt(search, one)) }
  }
}

/** The attempt a person counts with. */
export function deepest(attempts: Iterable<Attempt>, steps: number): Attempt | undefined {
  let best: Attempt | undefined
  for (const attempt of attempts) {
    // Attempts come in the order of their starts: none that starts later can be better than one that is complete.
    if (best?.times.length === steps && (attempt.times[0] ?? 0) > (best.times[0] ?? 0)) break
    if (!best || isBetter(attempt.times, best.times)) best = attempt
  }
  return best
}

function isBetter(times: readonly number[], than: readonly number[]): boolean {
  if (times.length !== than.length) return times.length > than.length
  const first = times.findIndex((ms, i) => ms !== than[i])
  return first !== -1 && (times[first] ?? 0) < (than[first] ?? 0)
}

type Way = Omit<Attempt, 'times'>

type Search = {
  events: readonly FunnelEvent[]
  rules: FunnelRules
  held: string[]
  /** For each step and held values: places of the events that fit, in order. */
  places: Map<string, number[]>[]
  /** For each exclusion: instants, in order. */
  excluded: number[][]
}

/** `holds` is false where a held property is absent: absent equals nothing, so such an attempt ends where it starts. */
type Start = { place: number; event: FunnelEvent; held: string; holds: boolean; end: number }

function createSearch(events: readonly FunnelEvent[], rules: FunnelRules): Search {
  const places = Array.from({ length: rules.steps }, () => new Map<string, number[]>())
  const held = events.map(heldKey)
  for (const [place, event] of events.entries())
    for (const [step, lists] of places.entries()) {
      if (!fits(event, step)) continue
      const list = lists.get(held[place] ?? '')
      if (list) list.push(place)
      else lists.set(held[place] ?? '', [place])
    }
  const excluded = rules.exclusions.map((_, one) => events.filter((event) => (event.exclusions & (1 << one)) !== 0).map(({ ms }) => ms))
  return { events, rules, held, places, excluded }
}

const heldKey = ({ held }: FunnelEvent): string => (held.length === 0 ? '' : JSON.stringify(held))

const fits = (event: FunnelEvent | undefined, step: number): boolean => event !== undefined && (event.steps & (1 << step)) !== 0

const timeAt = ({ events }: Search, place: number | undefined): number =>
  (place === undefined ? undefined : events[place]?.ms) ?? Number.POSITIVE_INFINITY

function ordered(search: Search, start: Start): Way {
  const matched = [start.place]
  // Steps from `base` on are served by events of the instant `now` and may still change places among themselves.
  let base = 1
  let now = start.event.ms
  let instant = instantAround(search, start.place)
  while (start.holds && matched.length < search.rules.steps) {
    if (instant.length > 1 && serveOneMore(search, start, matched, base, instant)) continue
    const list = search.places[matched.length]?.get(start.held) ?? []
    const next = list[firstAfter(list, now, (place) => timeAt(search, place))]
    if (next === undefined || timeAt(search, next) > start.end) break
    base = matched.length
    now = timeAt(search, next)
    instant = instantAround(search, next)
    matched.push(next)
  }
  return { matched, end: start.end, mayGoOn: start.holds && matched.length < search.rules.steps }
}

/** Nothing may lie between two steps: an attempt that goes past an instant has used all events of it. */
function strict(search: Search, start: Start): Way {
  let best: Way = { matched: [start.place], end: start.end, mayGoOn: false }
  const consider = (matched: readonly number[], mayGoOn: boolean) => {
    if (matched.length > best.matched.length) best = { matched: [...matched], end: start.end, mayGoOn }
    else if (matched.length === best.matched.length && mayGoOn) best = { ...best, mayGoOn }
  }
  const goOn = (matched: readonly number[], from: number): void => {
    const instant = from < search.events.length ? instantAround(search, from) : []
    const full = !start.holds || matched.length === search.rules.steps
    consider(matched, !full && instant.length === 0)
    if (full || instant.length === 0 || timeAt(search, instant[0]) > start.end) return
    const longer = serveMany(search, start, matched, instant, search.rules.steps)
    if (longer.length === matched.length + instant.length) goOn(longer, from + instant.length)
    else consider(longer, false)
  }
  // Events of the start's own instant that serve no step lie before the start; leaving some out can get further.
  const instant = instantAround(search, start.place)
  const others = start.holds ? instant.filter((place) => place !== start.place) : []
  const most = serveMany(search, start, [start.place], others, search.rules.steps).length
  for (let length = most; length >= 1; length--)
    goOn(serveMany(search, start, [start.place], others, length), (instant.at(-1) ?? start.place) + 1)
  return best
}

function serveMany(search: Search, start: Start, matched: readonly number[], instant: readonly number[], length: number): number[] {
  const served = [...matched]
  while (served.length < length && serveOneMore(search, start, served, matched.length, instant));
  return served
}

/** Serves one more step with the events of one instant, moving its other steps among them if need be (an augmenting path). */
function serveOneMore(search: Search, start: Start, matched: number[], base: number, instant: readonly number[]): boolean {
  const seen = new Set<number>([start.place])
  const serve = (step: number): boolean => {
    for (const place of instant) {
      if (seen.has(place) || !fits(search.events[place], step) || search.held[place] !== start.held) continue
      seen.add(place)
      const holder = matched.indexOf(place, base)
      if (holder !== -1 && !serve(holder)) continue
      matched[step] = place
      return true
    }
    return false
  }
  return serve(matched.length)
}

/** All places with the same instant as this one. */
function instantAround(search: Search, place: number): number[] {
  const ms = timeAt(search, place)
  let first = place
  while (first > 0 && timeAt(search, first - 1) === ms) first--
  let after = place + 1
  while (after < search.events.length && timeAt(search, after) === ms) after++
  return Array.from({ length: after - first }, (_, i) => first + i)
}

/** Steps in any order: one event after the other serves a step, the served ones making room for it if need be. */
function unordered(search: Search, start: Start): Way {
  const servedBy = new Map<number, number>()
  const serve = (place: number, seen: Set<number>): boolean => {
    for (let step = 0; step < search.rules.steps; step++) {
      if (seen.has(step) || !fits(search.events[place], step)) continue
      seen.add(step)
      const holder = servedBy.get(step)
      if (holder !== undefined && !serve(holder, seen)) continue
      servedBy.set(step, place)
      return true
    }
    return false
  }
  const matched: number[] = []
  for (const place of [start.place, ...(start.holds ? nearby(search, start) : [])]) {
    if (matched.length === search.rules.steps) break
    if (serve(place, new Set())) matched.push(place)
  }
  return { matched, end: start.end, mayGoOn: start.holds && matched.length < search.rules.steps }
}

/** Of each step the first few events from the start on: more than there are steps can never be needed. */
function nearby(search: Search, start: Start): number[] {
  const found = new Set<number>()
  for (const lists of search.places) {
    const list = lists.get(start.held) ?? []
    const from = firstAfter(list, start.event.ms - 1, (place) => timeAt(search, place))
    for (const place of list.slice(from, from + search.rules.steps + 1))
      if (place !== start.place && timeAt(search, place) <= start.end) found.add(place)
  }
  return [...found].sort((a, b) => a - b)
}

/** An excluded event after the one step and before the other; where the other was not reached, for as long as it might have been. */
function isVoid(search: Search, { matched, end }: Way): boolean {
  return search.rules.exclusions.some(({ fromStep, toStep }, one) => {
    if (fromStep >= matched.length) return false
    const from = timeAt(search, matched[fromStep])
    const until =
      toStep < matched.length
        ? timeAt(search, matched[toStep]) - 1
        : search.rules.order === 'strict'
          ? Math.min(end, instantAfter(search, matched))
          : end
    const instants = search.excluded[one] ?? []
    const next = instants[firstAfter(instants, from, (ms) => ms)]
    return next !== undefined && next <= until
  })
}

/** A strict attempt ends with the first event that does not fit; what comes later is not between its steps. */
const instantAfter = (search: Search, matched: readonly number[]): number =>
  timeAt(search, (instantAround(search, matched.at(-1) ?? 0).at(-1) ?? 0) + 1)

/** The first index of a sorted list whose time is later than `ms`. */
function firstAfter<T>(list: readonly T[], ms: number, timeOf: (one: T) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeOf(list[middle] as T) <= ms) low = middle + 1
    else high = middle
  }
  return low
}
