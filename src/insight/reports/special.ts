import { chdtrc, compiled, hyp2f1, incbet, incbi, lgam, ndtr, ndtri } from 'cephes'

// WebAssembly is compiled once, while this module loads, so that everything below may be called plainly.
await compiled

export const logGamma: (x: number) => number = lgam
export const hypergeometric: (a: number, b: number, c: number, z: number) => number = hyp2f1
/** P(X > x) of a chi-square variable. */
export const chiSquareAbove = (degrees: number, x: number): number => orNought(() => chdtrc(degrees, x))
/** P(X ≤ x) of a standard normal variable, and the x to a probability. */
export const normalBelow = (x: number): number => orNought(() => ndtr(x))
export const normalQuantile: (p: number) => number = ndtri
/** P(X ≤ x) of a beta variable, and the x to a probability. */
export const betaBelow = (a: number, b: number, x: number): number => orNought(() => incbet(a, b, x))
export const betaQuantile: (a: number, b: number, p: number) => number = incbi

/** The library throws where a probability is too small to be written; that is nought. */
function orNought(probability: () => number): number {
  try {
    return probability()
  } catch (error) {
    if (error instanceof Error && error.message.includes('underflow')) return 0
    throw error
  }
}
