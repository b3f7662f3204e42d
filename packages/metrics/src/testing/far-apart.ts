/** The first place where two lists of numbers differ by more than a part of the largest of the first, in words; undefined where there is none. */
export function farApart(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): string | undefined {
  if (a.length !== b.length) return `${a.length} values and ${b.length}`;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] as number));
  for (let i = 0; i < a.length; i++) {
    // NaN is far from everything but NaN.
    if (!Object.is(a[i], b[i]) && !(Math.abs((a[i] as number) - (b[i] as number)) <= tolerance * largest)) return `${a[i]} and ${b[i]} at value ${i}`;
  }
  return undefined;
}
