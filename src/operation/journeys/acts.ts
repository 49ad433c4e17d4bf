import type { Effect } from './advance.ts'
import type { StepOf } from './definition.ts'
import type { MissedReason } from './missed.ts'
import type { Version } from './versions.ts'

/** What a step does to one person, in their run. `turn` tells visits of one step apart. */
export type Act = { effect: Effect; version: Version; run: number; turn: number; customerId: number }
export type ActOf<Type extends Effect['type']> = Act & { effect: StepOf<Type> }

/** What a step could not do for somebody, who goes on all the same. */
export type Missed = { run: number; step: string; reason: MissedReason }

/** What a step wished for that is not the person's alone, by the keys of the wishes. */
export type Shared = { run: number; step: string; keys: string[] }

/** What came of a batch beside what everybody has now. */
export type CarriedOut = { missed: Missed[]; shared: Shared[] }

export const missedBy = ({ run, effect }: Act, reason: MissedReason): Missed => ({ run, step: effect.id, reason })

/** How the keys of all wishes of a run begin. */
export const runKey = (journey: number, run: number): string => `journey ${journey} run ${run}`

/** Of what a step does to somebody at one visit. */
export const visitKey = (journey: number, run: number, step: string, turn: number): string =>
  `${runKey(journey, run)} step ${step} turn ${turn}`

/** One wish a visit of a step. */
export const keyOf = ({ version, run, effect, turn }: Act): string => visitKey(version.journey, run, effect.id, turn)

export const only = <Type extends Effect['type']>(acts: readonly Act[], type: Type): ActOf<Type>[] =>
  acts.filter((act): act is ActOf<Type> => act.effect.type === type)

/** Where it was, as events tell it. */
export const placeOf = ({ version, run, effect }: Act) => ({
  journey: version.journey,
  journeyName: version.name,
  version: version.version,
  step: effect.id,
  run,
})
