/** How many of each set a value has. */
export type Pair = { count: number; baseCount: number }

export type Sizes = { of: number; base: number; few: number }

/** Shares of both and what they are to each other; nothing where there is nothing to divide by. */
export function figuresOf({ count, baseCount }: Pair, { of, base, few }: Sizes) {
  const share = of === 0 ? null : count / of
  const baseShare = base === 0 ? null : baseCount / base
  const tgi = share === null || !baseShare ? null : Math.round((share / baseShare) * 1000) / 10
  return { count, share, baseCount, baseShare, tgi, few: baseCount < few }
}
