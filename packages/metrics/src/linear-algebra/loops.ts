/** Visits the elements (i, j), j < i, of an n by n matrix, tile by tile: so that an element and its mirror image are both in the cache. */
export function belowDiagonal(n: number, visit: (i: number, j: number) => void): void {
  const side = 32;
  for (let top = 0; top < n; top += side) {
    for (let left = 0; left <= top; left += side) {
      for (let i = top; i < Math.min(top + side, n); i++) {
        for (let j = left; j < Math.min(left + side, i); j++) visit(i, j);
      }
    }
  }
}

/** The largest absolute value. */
export function largestOf(values: Float64Array): number {
  let largest = 0;
  // Millions of them: iterators and callbacks take ten times as long.
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
  return largest;
}
