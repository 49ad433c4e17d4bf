/** `npm test` takes a share of the runs of a property, with one seed; `npm run soak -- properties` takes many times as many, with another. */
const share = Number(process.env.RUNS ?? 0.4)

/** So many random worlds of a property, of which a full run has `count`. */
export const runs = (count: number): number => Math.max(1, Math.ceil(count * share))
