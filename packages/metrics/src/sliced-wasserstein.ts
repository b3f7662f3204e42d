import { expectInteger, expectKeys, GanzooError, rng } from '@ganzoo/core';
import type { Rng } from '@ganzoo/core';
import { expectFinite, expectSameDimensions, readPoints } from './points.ts';
import type { Matrix, Points } from './points.ts';
import { report, workKeys, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/slicedWasserstein';
/** Milliseconds between turns of others. */
const turn = 30;

export interface SlicedWassersteinOptions extends WorkOptions {
  /** Random directions to look along. 256 unless told. */
  readonly projections?: number;
  /** The same seed looks along the same directions. 0 unless told. */
  readonly seed?: number;
  /** The p of the distance. 1 unless told. */
  readonly order?: 1 | 2;
}

/**
 * The sliced Wasserstein distance `(E W_p ** p) ** (1 / p)` of two sets of points (Bonneel et al. 2015,
 * https://doi.org/10.1007/s10851-014-0506-3), in the units of their coordinates: `W_p` is the distance of the sets projected
 * on a line, the mean is over directions drawn uniformly. Neither the order of the points nor that of the sets matters.
 *
 * Sets of different sizes are compared exactly, each of a set's points weighing the same. Two draws of n points from one
 * distribution are about `1 / sqrt(n)` of its spread apart, not 0: measure that before reading much into a small distance.
 *
 * @throws GanzooError on an unknown option, an option out of range, no points, unequal dimensions, and coordinates that are not finite
 */
export async function slicedWasserstein(a: Points, b: Points, options: SlicedWassersteinOptions = {}): Promise<number> {
  expectKeys(SCOPE, options, ['projections', 'seed', 'order', ...workKeys]);
  const { projections = 256, seed = 0, order = 1 } = options;
  expectInteger(SCOPE, 'projections', projections, 1);
  expectInteger(SCOPE, 'seed', seed, 0);
  if (order !== 1 && order !== 2) throw new GanzooError(SCOPE, `order must be 1 or 2, got ${String(order)}.`);
  const [first, second] = await Promise.all([readPoints(SCOPE, 'the first points', a), readPoints(SCOPE, 'the second points', b)]);
  expectSameDimensions(SCOPE, first, second);
  expectFinite(SCOPE, first);
  expectFinite(SCOPE, second);

  const stream = rng(seed).fork('slicedWasserstein');
  let [sum, reported] = [0, 0];
  for (let i = 0; i < projections; i++) {
    if (i === 0 || performance.now() - reported > turn) {
      await report(i, projections, options);
      reported = performance.now();
    }
    const along = direction(stream, first.dimensions);
    sum += transportCost(project(first, along), project(second, along), order);
  }
  await report(1, 1, options);
  const mean = sum / projections;
  return order === 1 ? mean : Math.sqrt(mean);
}

/**
 * `W_p ** p` of two sets of numbers, each sorted: the integral over [0, 1] of the distance of their quantile functions,
 * which are staircases. Where a stair ends is counted in units of 1 / (n m), hence exactly.
 */
function transportCost(a: Float64Array, b: Float64Array, order: 1 | 2): number {
  let [i, j, from, sum] = [0, 0, 0, 0];
  while (i < a.length) {
    const [endOfA, endOfB] = [(i + 1) * b.length, (j + 1) * a.length];
    const to = Math.min(endOfA, endOfB);
    const distance = Math.abs((a[i] as number) - (b[j] as number));
    sum += (to - from) * (order === 1 ? distance : distance * distance);
    if (endOfA === to) i++;
    if (endOfB === to) j++;
    from = to;
  }
  return sum / (a.length * b.length);
}

/** Where each point lies along a direction, in ascending order. */
function project({ values, count, dimensions }: Matrix, along: Float64Array): Float64Array {
  const places = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    for (let axis = 0; axis < dimensions; axis++) place += (values[i * dimensions + axis] as number) * (along[axis] as number);
    places[i] = place;
  }
  return places.sort();
}

/** A unit vector, all directions being equally likely: normal coordinates have no preferred one. */
function direction(stream: Rng, dimensions: number): Float64Array {
  const vector = Float64Array.from({ length: dimensions }, () => normal(stream));
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

/** A value of the standard normal distribution by Box and Muller, in double precision as `Rng.normal` is not; never 0. */
function normal(stream: Rng): number {
  const unit = (): number => (stream.integer() + 0.5) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
}
