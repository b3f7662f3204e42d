/**
 * The Kullback-Leibler divergence of one histogram from another over the same classes, in nats: `sum p log(p / q)` over the
 * shares p and q of all. A class with none of p adds 0; Infinity where p has what q lacks, and where p is empty.
 */
export function divergence(counts: readonly number[], reference: readonly number[]): number {
  const [all, referred] = [sum(counts), sum(reference)];
  // No distribution to speak of, and worse than any.
  if (all === 0) return Infinity;
  return sum(counts.map((count, at) => (count === 0 ? 0 : (count / all) * Math.log((count * referred) / (all * (reference[at] as number))))));
}

/** The same from equal shares of all classes. */
export function divergenceFromUniform(counts: readonly number[]): number {
  return divergence(
    counts,
    counts.map(() => 1),
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
