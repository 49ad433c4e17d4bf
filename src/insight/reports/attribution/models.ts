import type { AttributionModel } from './schema.ts'

/** The touches before conversions, oldest first, as indexes of touchpoints; how many conversions came after them, and their value. */
export type Path = { touches: readonly number[]; conversions: number; value: number }

/** Credit by touchpoint, in conversions and in value. */
export type Credit = { conversions: number[]; values: number[] }

/** What a share of one path is given to. Time decay and Markov look at more than one path and stand elsewhere. */
export type PathModel = Exclude<AttributionModel, 'time_decay' | 'markov'>

type Give = (touchpoint: number, share: number) => void
type Divide = (touches: readonly number[], give: Give, isDirect: (touchpoint: number) => boolean) => void

const models: Record<PathModel, Divide> = {
  first: (touches, give) => give(touches[0] ?? 0, 1),
  last: (touches, give) => give(touches.at(-1) ?? 0, 1),
  last_non_direct: (touches, give, isDirect) => give(touches.findLast((one) => !isDirect(one)) ?? touches.at(-1) ?? 0, 1),
  linear: (touches, give) => {
    for (const one of touches) give(one, 1 / touches.length)
  },
  position: (touches, give) => {
    for (const [i, one] of touches.entries()) give(one, positionShare(i, touches.length))
  },
}

/** 40 % to each end and 20 % between them; of two touches each half. */
function positionShare(i: number, length: number): number {
  if (length <= 2) return 1 / length
  return i === 0 || i === length - 1 ? 0.4 : 0.2 / (length - 2)
}

/** Every conversion gives away exactly one, and its value; a path without touches gives nothing. */
export function creditPaths(
  paths: readonly Path[],
  model: PathModel,
  touchpoints: number,
  isDirect: (touchpoint: number) => boolean = () => false,
): Credit {
  const credit: Credit = { conversions: Array(touchpoints).fill(0), values: Array(touchpoints).fill(0) }
  for (const { touches, conversions, value } of paths) {
    if (conversions === 0 || touches.length === 0) continue
    models[model](
      touches,
      (touchpoint, share) => {
        credit.conversions[touchpoint] = (credit.conversions[touchpoint] ?? 0) + share * conversions
        credit.values[touchpoint] = (credit.values[touchpoint] ?? 0) + share * value
      },
      isDirect,
    )
  }
  return credit
}
