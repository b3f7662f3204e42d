/** An eigenvalue and its eigenvector of length 1. */
export interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** More than any matrix of numbers needs: convergence is quadratic. */
const mostSweeps = 60;

/**
 * All eigenpairs of a symmetric matrix `[n, n]`, row by row, the greatest eigenvalue first: Jacobi's method in cyclic order
 * (Golub and Van Loan, Matrix Computations, section 8.5).
 */
export function eigenpairs(matrix: ArrayLike<number>, n: number): Eigenpair[] {
  const a = Float64Array.from(matrix);
  // Row i becomes the i-th eigenvector.
  const vectors = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const scale = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, n) > 1e-26 * scale; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  const pairs = Array.from({ length: n }, (_, i) => ({ value: a[i * n + i] as number, vector: vectors.slice(i * n, (i + 1) * n) }));
  return pairs.sort((one, other) => other.value - one.value);
}

/** Makes `a[p, q]` zero by turning the plane of p and q. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const between = a[p * n + q] as number;
  if (between === 0) return;
  const tau = ((a[q * n + q] as number) - (a[p * n + p] as number)) / (2 * between);
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  turn(a, p, q, n, n, c, s);
  turn(a, p * n, q * n, 1, n, c, s);
  turn(vectors, p * n, q * n, 1, n, c, s);
}

/** Turns two lines of n elements, which begin at `first` and `second` and go on by `step`: n for columns, 1 for rows. */
function turn(values: Float64Array, first: number, second: number, step: number, n: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const x = values[first + i * step] as number;
    const y = values[second + i * step] as number;
    values[first + i * step] = c * x - s * y;
    values[second + i * step] = s * x + c * y;
  }
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n * n; i++) if (i % (n + 1) !== 0) sum += (a[i] as number) ** 2;
  return sum;
}
