/**
 * Eigenvalues of a symmetric tridiagonal matrix by the implicit QL method with Wilkinson's shifts (Parlett, The Symmetric
 * Eigenvalue Problem, 1980), without vectors: O(n^2). Yields the share done; returns them in no particular order.
 *
 * @param diagonal `[n]`, overwritten by the eigenvalues and returned
 * @param offDiagonal `[n]`, overwritten: element i couples i and i + 1, the last is 0
 * @throws RangeError when an eigenvalue does not converge, as none does among values that are not finite
 */
export function* tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Generator<number, Float64Array> {
  const n = diagonal.length;
  const [d, e] = [diagonal, offDiagonal];
  const negligible = Number.EPSILON ** 2 * e.reduce((most, value, i) => Math.max(most, Math.abs(value), Math.abs(d[i] as number)), 0);
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      const m = endOfBlock(d, e, l, negligible);
      if (m === l) break;
      if (iteration === 60) throw new RangeError(`eigenvalue ${l} of ${n} does not converge in ${iteration} iterations`);
      sweep(d, e, l, m);
    }
    yield (l + 1) / n;
  }
  return d;
}

/** The first index from l on after which the coupling does not matter beside its neighbors, or at all. */
function endOfBlock(d: Float64Array, e: Float64Array, l: number, negligible: number): number {
  let m = l;
  for (; m < d.length - 1; m++) {
    const coupling = Math.abs(e[m] as number);
    if (coupling <= negligible || coupling <= Number.EPSILON * (Math.abs(d[m] as number) + Math.abs(d[m + 1] as number))) break;
  }
  return m;
}

/** One implicit shift from the bottom of block l..m to its top. */
function sweep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  const coupling = e[l] as number;
  const half = ((d[l + 1] as number) - (d[l] as number)) / (2 * coupling);
  const root = Math.sqrt(half * half + 1);
  let g = (d[m] as number) - (d[l] as number) + coupling / (half + (half < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * (e[i] as number);
    const b = cosine * (e[i] as number);
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = (d[i + 1] as number) - shift;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = (d[i + 1] as number) - shift;
    const t = ((d[i] as number) - g) * sine + 2 * cosine * b;
    shift = sine * t;
    d[i + 1] = g + shift;
    g = cosine * t - b;
  }
  d[l] = (d[l] as number) - shift;
  e[l] = g;
  e[m] = 0;
}
