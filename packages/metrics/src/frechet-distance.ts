import { expectKeys, GanzooError } from '@ganzoo/core';
import { FeatureStatistics } from './feature-statistics.ts';
import { choleskyFactor, factorCost, nuclearNorm, rootTraceOfFactor, rootTraceOfRows, traceCost } from './linear-algebra/root-trace.ts';
import type { CholeskyFactor, Dense } from './linear-algebra/root-trace.ts';
import type { RunOptions } from './linear-algebra/slices.ts';
import { expectFinite, readPoints } from './points.ts';
import type { Matrix, Points } from './points.ts';
import { workKeys } from './work.ts';
import type { WorkOptions } from './work.ts';

const SCOPE = 'metrics/frechetDistance';

/** Options of {@link frechetDistance}. */
export type FrechetDistanceOptions = WorkOptions;

/** One side: its mean, the trace of its covariance, and either the covariance or rows A of which it is `A^T A`. */
interface Side {
  readonly name: string;
  readonly mean: Float64Array;
  readonly trace: number;
  readonly rows?: Dense;
  readonly covariance?: Dense;
  readonly statistics?: FeatureStatistics;
}

/** Factors of covariances that were compared before, with the count they had then: more features make another covariance. */
const factors = new WeakMap<FeatureStatistics, { readonly count: number | undefined; readonly factor: CholeskyFactor }>();

/**
 * The Fréchet distance of two Gaussians with the means and covariances of two sets of features (Heusel et al. 2017,
 * https://arxiv.org/abs/1706.08500; Dowson and Landau 1982), in squared units of the features:
 * `|m1 - m2|^2 + tr S1 + tr S2 - 2 tr sqrt(S1 S2)`. With features of the Inception network it is the FID.
 *
 * The trace of the root is the sum of the square roots of the eigenvalues of a symmetric matrix, computed in double
 * precision, and those that rounding made negative count as 0: the result is never NaN or imaginary, where the covariances
 * are singular neither. A set of fewer features than dimensions is best given as features: its covariance is then never
 * formed. As with the reference implementations, equal sets can come out below 0 by rounding, about 1e-7 of their traces:
 * a clipped distance would hide that nothing is left to be seen.
 *
 * Give what stays the same, such as the statistics of a data set, as FeatureStatistics and first: the Cholesky factor of its
 * covariance is kept for the next time. Neither side is changed. From some hundred dimensions on it runs off this thread, in
 * workers of Node and of pages that are cross-origin isolated; elsewhere in slices that let the event loop go round.
 *
 * @param a statistics, or features: a tensor `[n, d]`, rows, or `{ values, dimensions }`
 * @param b the same; the order does not matter but for time and rounding
 * @throws GanzooError on an unknown option, fewer than 2 features, values that are not finite, and unequal dimensions; the
 * reason of `signal` once it is aborted
 */
export async function frechetDistance(a: FeatureStatistics | Points, b: FeatureStatistics | Points, options: FrechetDistanceOptions = {}): Promise<number> {
  expectKeys(SCOPE, options, workKeys);
  options.signal?.throwIfAborted();
  const [first, second] = await Promise.all([readSide('the first features', a), readSide('the second features', b)]);
  if (first.mean.length !== second.mean.length) {
    throw new GanzooError(
      SCOPE,
      `${first.name} have ${first.mean.length} dimensions, but ${second.name} have ${second.mean.length}; give features of one network.`,
    );
  }
  options.onProgress?.(0);
  const root = await rootTrace(first, second, options);
  options.signal?.throwIfAborted();
  options.onProgress?.(1);
  return squaredDistance(first.mean, second.mean) + first.trace + second.trace - 2 * root;
}

/** `tr sqrt(S1 S2)` in whichever form is the smallest. */
async function rootTrace(first: Side, second: Side, { signal, onProgress }: FrechetDistanceOptions): Promise<number> {
  const whole = { signal, onProgress };
  if (first.rows && second.rows) {
    return first.rows.rows <= second.rows.rows ? nuclearNorm(first.rows, second.rows, whole) : nuclearNorm(second.rows, first.rows, whole);
  }
  if (first.rows) return rootTraceOfRows(first.rows, second.covariance as Dense, whole);
  if (second.rows) return rootTraceOfRows(second.rows, first.covariance as Dense, whole);
  // Whichever was factored before; neither, then what comes first.
  const [factored, other] = !kept(first) && kept(second) ? [second, first] : [first, second];
  const share = factorCost / (factorCost + traceCost);
  const known = kept(factored);
  const factor = known ?? (await choleskyFactor(factored.covariance as Dense, part(whole, 0, share)));
  const { statistics } = factored;
  if (statistics) factors.set(statistics, { count: statistics.count, factor });
  return rootTraceOfFactor(factor, other.covariance as Dense, known ? whole : part(whole, share, 1 - share));
}

function kept({ statistics }: Side): CholeskyFactor | undefined {
  const entry = statistics && factors.get(statistics);
  return entry && entry.count === statistics.count ? entry.factor : undefined;
}

function part({ signal, onProgress }: RunOptions, from: number, share: number): RunOptions {
  return { signal, onProgress: onProgress && ((fraction) => onProgress(from + share * fraction)) };
}

async function readSide(name: string, side: FeatureStatistics | Points): Promise<Side> {
  if (side instanceof FeatureStatistics) return { ...fromStatistics(name, side), statistics: side };
  const points = await readPoints(SCOPE, name, side);
  expectFinite(SCOPE, points);
  if (points.count < 2) throw new GanzooError(SCOPE, `${name} are ${points.count}, but a covariance takes at least 2; give more.`);
  if (points.count < points.dimensions) return fromFewPoints(points);
  return fromStatistics(name, await FeatureStatistics.of(points));
}

function fromStatistics(name: string, statistics: FeatureStatistics): Side {
  const [mean, values] = [statistics.mean(), statistics.covariance()];
  const d = mean.length;
  let trace = 0;
  for (let i = 0; i < d; i++) trace += values[i * d + i] as number;
  return { name, mean, trace, covariance: { values, rows: d, columns: d } };
}

/** Rows `(x - mean) / sqrt(n - 1)`. */
function fromFewPoints({ name, values, count, dimensions }: Matrix): Side {
  const mean = new Float64Array(dimensions);
  // From the first point on: the mean of equal points is that point, exactly.
  values.forEach(
    (value, index) => (mean[index % dimensions] = (mean[index % dimensions] as number) + (value - (values[index % dimensions] as number)) / count),
  );
  mean.forEach((offset, axis) => (mean[axis] = (values[axis] as number) + offset));
  const rows = values.map((value, index) => (value - (mean[index % dimensions] as number)) / Math.sqrt(count - 1));
  const trace = rows.reduce((sum, value) => sum + value * value, 0);
  return { name, mean, trace, rows: { values: rows, rows: count, columns: dimensions } };
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + (value - (b[index] as number)) ** 2, 0);
}
