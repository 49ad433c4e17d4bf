import { followLooks, type Gathered, together } from '#insight/reports/experiment/sequential.ts'
import { compareMeans, compareShares, sampleRatio } from '#insight/reports/experiment/statistics.ts'
import { variantOf } from '#operation/experiments/assign.ts'
import type { Random } from '#platform/random.ts'

export type Trial = {
  salt: string
  days: number
  perDay: number
  /** Sold to so many; `lift` is what treatment adds to that. */
  base: number
  lift: number
  /** What was spent by those who bought, log-normal, instead of whether they bought. */
  spent?: boolean
  /** What the trial was planned for. */
  persons: number
}

export type Ended = {
  /** Some daily look called a difference: by the sequential rule, and by the plain p of each look. */
  called: boolean
  peeked: boolean
  /** The plain p of the last look alone. */
  fixed: boolean
  /** Some daily look found the shares off at p < 0.001. */
  alarmed: boolean
  decidedOn: string | null
}

const halves = [
  { key: 'a', weight: 500 },
  { key: 'b', weight: 500 },
]

/** A trial of people dealt out by their salt, looked at on every evening. */
export function liveTrial(random: Random, { salt, days, perDay, base, lift, spent = false, persons }: Trial): Ended {
  const compare = spent ? compareMeans : compareShares
  let [control, treatment] = [nobody, nobody]
  let [peeked, fixed, alarmed] = [false, false, false]
  const looks: { day: string; control: Gathered; treatment: Gathered }[] = []
  for (let day = 0; day < days; day++) {
    const came: Record<'a' | 'b', number[]> = { a: [], b: [] }
    for (let i = 0; i < perDay; i++) {
      const side = variantOf(salt, day * perDay + i + 1, halves) === 'a' ? 'a' : 'b'
      const bought = random.next() < base + (side === 'b' ? lift : 0)
      came[side].push(bought ? (spent ? Math.exp(4 + normal(random)) : 1) : 0)
    }
    control = together(control, gather(came.a))
    treatment = together(treatment, gather(came.b))
    const { p } = compare(control, treatment, 0.95)
    fixed = p !== null && p < 0.05
    peeked ||= fixed
    const ratio = sampleRatio([control.n, treatment.n], [1, 1])
    alarmed ||= ratio.p !== null && ratio.p < 0.001
    looks.push({ day: String(day), control, treatment })
  }
  const { decidedOn } = followLooks(looks, { share: !spent, persons, confidence: 0.95 })
  return { called: decidedOn !== null, peeked, fixed, alarmed, decidedOn }
}

const nobody: Gathered = { n: 0, mean: 0, variance: 0, did: 0 }

function gather(values: readonly number[]): Gathered {
  const n = values.length
  const mean = n === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / n
  const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0, did: values.filter((one) => one !== 0).length }
}

/** Box and Muller. */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

/** How many of `runs` trials ended so. */
export function liveTrials(random: Random, runs: number, trial: Omit<Trial, 'salt'>) {
  const ended = Array.from({ length: runs }, (_, i) => liveTrial(random, { ...trial, salt: `${random.next()}-${i}` }))
  const share = (is: (one: Ended) => boolean) => ended.filter(is).length / runs
  return {
    called: share(({ called }) => called),
    peeked: share(({ peeked }) => peeked),
    fixed: share(({ fixed }) => fixed),
    alarmed: share(({ alarmed }) => alarmed),
  }
}
