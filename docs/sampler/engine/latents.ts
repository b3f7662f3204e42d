import type { Direction } from './directions.ts';

type Vector = ArrayLike<number>;

/**
 * The share `at` of the way from one latent to another on the arc between them. On the straight line lengths shrink to a place
 * where hardly a latent of training lay (White 2016, https://arxiv.org/abs/1609.04468).
 */
export function between(from: Vector, to: Vector, at: number): Float64Array {
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  const sine = Math.sin(angle);
  // Two that are one, or opposite, leave no arc to go by.
  const [a, b] = sine < 1e-6 ? [1 - at, at] : [Math.sin((1 - at) * angle) / sine, Math.sin(at * angle) / sine];
  return Float64Array.from({ length: from.length }, (_, i) => a * (from[i] as number) + b * (to[i] as number));
}

/** A latent moved along each direction by so many standard deviations. */
export function moved(latent: Vector, directions: readonly Direction[], shifts: readonly number[]): Float64Array {
  const sum = Float64Array.from(latent);
  for (const [k, { vector }] of directions.entries()) {
    const shift = shifts[k] ?? 0;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + shift * (vector[i] as number);
  }
  return sum;
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
