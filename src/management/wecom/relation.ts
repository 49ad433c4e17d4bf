/**
 * One friendship between a customer and a member, told by callbacks that come late, doubled and in any order. What counts is
 * when WeCom says something happened; whatever arrives in between, the same facts end in the same story.
 */
export type Change = {
  /** Unix seconds, as WeCom gives them. */
  at: number
  what: 'half' | 'added' | 'ended'
  by?: EndedBy
  /** Names the callback, so that its replay is no second change. */
  key: string
}

export type EndedBy = 'customer' | 'employee' | 'transfer'

/** `place` counts the steps of one second: WeCom's clock is coarser than what may happen. */
export type Step = Moment & ({ what: 'start' } | { what: 'end'; by: EndedBy; since: Moment | undefined })
type Moment = { at: number; place: number }

export type Standing = { live: boolean; half: boolean; steps: Step[] }

/** Friendships are few; the bound only keeps a broken sender from growing a row for ever. */
const longest = 60

export function withChange(history: readonly Change[], change: Change): Change[] {
  if (history.some(({ key }) => key === change.key)) return [...history]
  return [...history, change].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1)).slice(-longest)
}

/** Where the friendship stands, and the steps that led there, in time order. */
export function standing(history: readonly Change[]): Standing {
  const told: Standing = { live: false, half: false, steps: [] }
  for (const changes of bySecond(history)) tell(told, changes)
  return told
}

/** The steps of `after` that `before` did not have, in time order: what is still to be told. */
export function newSteps(before: Standing, after: Standing): Step[] {
  const known = before.steps.map(nameOf)
  return after.steps.filter((step) => {
    const found = known.indexOf(nameOf(step))
    if (found >= 0) known.splice(found, 1)
    return found < 0
  })
}

const nameOf = ({ what, at }: Step) => `${what} ${at}`

function bySecond(history: readonly Change[]): Change[][] {
  const seconds = new Map<number, Change[]>()
  for (const change of history) seconds.set(change.at, [...(seconds.get(change.at) ?? []), change])
  return [...seconds.entries()].sort(([a], [b]) => a - b).map(([, changes]) => changes)
}

/** Within a second nobody knows the order, but beginnings and ends take turns, so their numbers are enough. */
function tell(told: Standing, changes: Change[]): void {
  const halves = changes.filter(({ what }) => what === 'half').length
  const adds = changes.filter(({ what }) => what === 'added').length
  const ends = changes.filter(({ what }) => what === 'ended')
  // An "added" that a "half" came before is its confirmation, not another beginning.
  const awaited = halves + (told.live && told.half ? 1 : 0)
  let starts = halves + Math.max(0, adds - awaited)
  let left = ends.length
  const at = changes[0]?.at ?? 0
  for (let place = 0; told.live ? left > 0 : starts > 0; place++) {
    if (told.live) told.steps.push({ what: 'end', at, place, by: ends[ends.length - left--]?.by ?? 'employee', since: lastMoment(told) })
    else {
      starts--
      told.steps.push({ what: 'start', at, place })
    }
    told.live = !told.live
  }
  told.half = told.live && adds < awaited
}

function lastMoment({ steps }: Standing): Moment | undefined {
  const last = steps.at(-1)
  return last && { at: last.at, place: last.place }
}

export const momentOf = ({ at, place }: Moment): Date => new Date(at * 1000 + place)
