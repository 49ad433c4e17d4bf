import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

type Points = readonly (readonly [at: number, weight: number])[]

const size = 48

/**
 * The points and weights at which a smooth function of a beta(a, b) variable is looked at to know its mean: Gauss–Jacobi quadrature
 * by the eigenvalues of the Jacobi matrix (Golub, Welsch 1969). Exact for polynomials up to degree 95, without overflow for any a, b.
 */
export function betaPoints(a: number, b: number): Points {
  const matrix = Matrix.zeros(size, size)
  for (let n = 0; n < size; n++) {
    matrix.set(n, n, diagonal(n, a, b))
    if (n > 0) {
      const beside = Math.sqrt(offDiagonal(n, a, b))
      matrix.set(n, n - 1, beside)
      matrix.set(n - 1, n, beside)
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true })
  return realEigenvalues.map((at, i) => [Math.min(1, Math.max(0, at)), eigenvectorMatrix.get(0, i) ** 2])
}

/** Recurrence of the monic Jacobi polynomials on 0…1 with weight p^(a−1) (1−p)^(b−1). */
function diagonal(n: number, a: number, b: number): number {
  if (n === 0) return a / (a + b)
  const s = 2 * n + a + b - 2
  return (1 + ((a - 1) ** 2 - (b - 1) ** 2) / (s * (s + 2))) / 2
}

function offDiagonal(n: number, a: number, b: number): number {
  if (n === 1) return (a * b) / ((a + b) ** 2 * (a + b + 1))
  const s = 2 * n + a + b - 2
  return (n * (n + a - 1) * (n + b - 1) * (n + a + b - 2)) / (s * s * (s + 1) * (s - 1))
}

export const meanOver = (points: Points, value: (at: number) => number): number =>
  points.reduce((sum, [at, weight]) => sum + weight * value(at), 0)
