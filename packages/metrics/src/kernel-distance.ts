import { expectInteger, expectKeys, rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expectFinite, expectSameDimensions, readRows, type Points, type Rows } from './points.ts';
import { expectEnough, meanAndStd, report, workKeys, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/kernelDistance';

/** Options of {@link kernelDistance}. */
export interface KernelDistanceOptions extends WorkOptions {
  /** How many random subsets are compared. 100 unless told. */
  readonly subsets?: number;
  /** Samples of each set in a subset, drawn without replacement. 1000 unless told. */
  readonly subsetSize?: number;
  /** Of the subsets. 0 unless told. */
  readonly seed?: number;
}

/** What {@link kernelDistance} gives. */
export interface KernelDistance {
  /** May be negative: the estimator is unbiased. */
  readonly mean: number;
  /** Over the subsets, with divisor `subsets`. */
  readonly std: number;
}

/**
 * The kernel distance (KID, Binkowski et al. 2018, https://arxiv.org/abs/1801.01401): the squared maximum mean discrepancy of
 * two sets of features by the kernel `(x.y / d + 1) ** 3`, unbiased, averaged over random subsets. Products in float32 on the
 * active backend, sums in float64.
 *
 * @param a features `[n, d]`
 * @param b features `[m, d]`
 * @throws GanzooError on an unknown option, fewer samples than a subset takes, unequal dimensions, and values that are not finite
 */
export async function kernelDistance(a: Points, b: Points, options: KernelDistanceOptions = {}): Promise<KernelDistance> {
  expectKeys(SCOPE, options, ['subsets', 'subsetSize', 'seed', ...workKeys]);
  const { seed = 0 } = options;
  expectInteger(SCOPE, 'seed', seed, 0);
  const [first, second] = await Promise.all([readRows(SCOPE, 'the first features', a), readRows(SCOPE, 'the second features', b)]);
  expectSameDimensions(SCOPE, first, second);
  const { subsets, subsetSize } = subsetPlan(SCOPE, options, [first, second]);
  for (const set of [first, second]) expectFinite(SCOPE, set);

  const stream = rng(seed).fork('kernelDistance');
  const distances: number[] = [];
  for (let subset = 0; subset < subsets; subset++) {
    await report(subset, subsets, options);
    const draw = (set: Rows, name: string): tf.Tensor2D => rowsOf(set, stream.fork(`${name} ${subset}`).permutation(set.count).subarray(0, subsetSize));
    const [x, y] = [draw(first, 'first'), draw(second, 'second')];
    try {
      distances.push(await discrepancy(x, y));
    } finally {
      tf.dispose([x, y]);
    }
  }
  await report(subsets, subsets, options);
  return meanAndStd(distances);
}

/** The options with defaults in the place of what was not told, for sets of so many samples. */
export function subsetPlan(
  scope: string,
  { subsets = 100, subsetSize = 1000 }: KernelDistanceOptions,
  sets: readonly { readonly name: string; readonly count: number }[],
): Required<Pick<KernelDistanceOptions, 'subsets' | 'subsetSize'>> {
  expectInteger(scope, 'subsets', subsets, 1);
  expectInteger(scope, 'subsetSize', subsetSize, 2);
  for (const { name, count } of sets) expectEnough(scope, `a subsetSize of ${subsetSize}`, subsetSize, name, count);
  return { subsets, subsetSize };
}

function rowsOf({ values, dimensions }: Rows, chosen: Uint32Array): tf.Tensor2D {
  const rows = new Float32Array(chosen.length * dimensions);
  chosen.forEach((row, at) => rows.set(values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  return tf.tensor2d(rows, [chosen.length, dimensions]);
}

/** Of two sets of as many samples: the mean kernel within either, without a sample's with itself, less twice that across. */
async function discrepancy(x: tf.Tensor2D, y: tf.Tensor2D): Promise<number> {
  const [m, d] = x.shape;
  const sum = async (left: tf.Tensor2D, right: tf.Tensor2D, skipDiagonal: boolean): Promise<number> => {
    const products = tf.matMul(left, right, false, true);
    try {
      return kernelSum(await products.data<'float32'>(), m, d, skipDiagonal);
    } finally {
      products.dispose();
    }
  };
  const [xx, yy, xy] = [await sum(x, x, true), await sum(y, y, true), await sum(x, y, false)];
  return (xx + yy) / (m * (m - 1)) - (2 * xy) / (m * m);
}

function kernelSum(products: Float32Array, m: number, d: number, skipDiagonal: boolean): number {
  let sum = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      if (skipDiagonal && i === j) continue;
      const base = (products[i * m + j] as number) / d + 1;
      sum += base * base * base;
    }
  }
  return sum;
}
