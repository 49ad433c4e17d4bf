import type { TestEvent } from '../testing.ts'
import type { Paired } from './cuped.ts'

export type Trial = { windowDays?: number | undefined; beforeDays: number; now: number }
type Person = { variants: string[]; since: number; y: number; bought: number; x: number; over: boolean }

/** Person by person: the first exposure, what came after it within the window, what was before it. */
function followPerson(events: readonly TestEvent[], { windowDays, beforeDays, now }: Trial): Person | undefined {
  const sorted = [...events].sort((one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp))
  const shown = sorted.filter(({ event }) => event === 'shown')
  const first = shown[0]
  if (!first) return undefined
  const since = Date.parse(first.timestamp)
  const until = windowDays === undefined ? Number.POSITIVE_INFINITY : since + windowDays * 86_400_000
  const acts = (event: string, from: number, to: number) =>
    sorted.filter((one) => one.event === event && Date.parse(one.timestamp) >= from && Date.parse(one.timestamp) < to)
  const bought = acts('bought', since, until)
  return {
    variants: [...new Set(shown.map(({ properties }) => String(properties?.group)))],
    since,
    y: bought.reduce((sum, { properties }) => sum + Number(properties?.price), 0),
    bought: bought.length > 0 ? 1 : 0,
    x: acts('seen', since - beforeDays * 86_400_000, since).length > 0 ? 1 : 0,
    over: windowDays === undefined || until <= now,
  }
}

export function followAll(events: readonly TestEvent[], trial: Trial) {
  const names = [...new Set(events.map(({ person }) => person))].sort()
  const all = names.flatMap((person) => {
    const found = followPerson(
      events.filter((one) => one.person === person),
      trial,
    )
    return found ? [{ person, ...found }] : []
  })
  const clean = all.filter(({ variants }) => variants.length === 1)
  const of = (variant: string) => clean.filter(({ variants }) => variants[0] === variant)
  return {
    excluded: all.filter(({ variants }) => variants.length > 1).map(({ person }) => person),
    variant: (name: string) => ({
      persons: of(name).length,
      open: of(name).filter(({ over }) => !over).length,
      buyers: of(name)
        .filter(({ over, bought }) => over && bought === 1)
        .map(({ person }) => person),
      sample: (measure: 'y' | 'bought'): Paired =>
        sampleOf(
          of(name).filter(({ over }) => over),
          measure,
        ),
    }),
  }
}

function sampleOf(people: readonly Person[], measure: 'y' | 'bought'): Paired {
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length)
  const [ys, xs] = [people.map((one) => one[measure]), people.map(({ x }) => x)]
  const [yMean, xMean] = [mean(ys), mean(xs)]
  const spread = (a: number[], aMean: number, b: number[], bMean: number) =>
    people.length < 2 ? 0 : a.reduce((sum, one, i) => sum + (one - aMean) * ((b[i] ?? 0) - bMean), 0) / (people.length - 1)
  return {
    n: people.length,
    mean: yMean,
    variance: spread(ys, yMean, ys, yMean),
    xMean,
    xVariance: spread(xs, xMean, xs, xMean),
    covariance: spread(xs, xMean, ys, yMean),
  }
}
