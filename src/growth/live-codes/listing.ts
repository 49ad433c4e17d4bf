import type { Slot } from './schedule.ts'
import type { Coverage } from './schema.ts'

/** One employee of a code, as far as it matters for who is offered. */
export type Candidate = {
  employee: number
  weight: number
  cap: number | null
  spare: boolean
  offDuty: boolean
  /** Still with us, a member of the code's corp, and taken by WeCom. */
  present: boolean
  addedToday: number
}

export type Standing = {
  coverage: Coverage
  /** Who share the code at the moment. */
  turn: number[]
}

/**
 * Who stands behind the code: those on the rota who are on duty and not full, else the spare ones. WeCom's code must name
 * somebody, so when nobody is left it goes on offering the least wrong ones, and `coverage` says that nobody is on duty.
 */
export function standingOf(candidates: readonly Candidate[], slots: readonly Slot[] | undefined): Standing {
  const present = candidates.filter((one) => one.present)
  const regular = present.filter((one) => !one.spare)
  const scheduled = regular.filter((one) => isScheduled(one.employee, slots))
  const onDuty = scheduled.filter((one) => !one.offDuty)
  const spares = present.filter((one) => one.spare && !one.offDuty)
  const free = onDuty.filter(hasRoom)
  if (free.length > 0) return { coverage: 'on_duty', turn: numbersOf(free) }
  const freeSpares = spares.filter(hasRoom)
  if (freeSpares.length > 0) return { coverage: 'spare', turn: numbersOf(freeSpares) }
  const rest = [onDuty, spares, regular.filter((one) => !one.offDuty), scheduled, present].find((some) => some.length > 0)
  return { coverage: 'nobody', turn: numbersOf(rest ?? []) }
}

const isScheduled = (employee: number, slots: readonly Slot[] | undefined): boolean =>
  slots === undefined || slots.some(({ employees }) => employees.length === 0 || employees.includes(employee))

const hasRoom = ({ cap, addedToday }: Candidate): boolean => cap === null || addedToday < cap

const numbersOf = (candidates: readonly Candidate[]): number[] => candidates.map(({ employee }) => employee).sort((a, b) => a - b)

export type Share = { employee: number; weight: number; turnAdds: number }

/**
 * WeCom knows no weights: it picks among the listed with equal chance. With equal weights everybody is listed and WeCom picks.
 * With different weights whoever is ahead of their share of the adds so far is taken off until the others have caught up, so
 * the counts stay within the adds that happen while WeCom is being told. Somebody is never ahead, so nobody is never listed.
 */
export function listedOf(shares: readonly Share[]): number[] {
  const weights = new Set(shares.map(({ weight }) => weight))
  if (weights.size <= 1) return shares.map(({ employee }) => employee)
  const weight = shares.reduce((sum, one) => sum + one.weight, 0)
  const adds = shares.reduce((sum, one) => sum + one.turnAdds, 0)
  return shares.filter((one) => one.turnAdds * weight <= one.weight * adds).map(({ employee }) => employee)
}
