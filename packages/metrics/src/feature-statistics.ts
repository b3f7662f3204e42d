import { GanzooError } from '@ganzoo/core';
import { Scatter } from './linear-algebra/scatter.ts';
import { belowDiagonal, largestOf } from './linear-algebra/loops.ts';
import { readNpz, writeNpz } from './npz.ts';
import { expectFinite, readPoints } from './points.ts';
import type { Points } from './points.ts';

const SCOPE = 'metrics/FeatureStatistics';

/** Largest difference between an element of a covariance and its mirror image, beside the largest element: float32 files stay far below. */
const asymmetry = 1e-6;

interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/**
 * Count, mean and covariance of features, in double precision: what the Fréchet distance compares. Features are added a
 * batch at a time and not kept; d dimensions take `8 d^2` bytes (32 MiB for the 2048 of Inception).
 *
 * The `.npz` files with `mu` and `sigma` that pytorch-fid, clean-fid, TTUR and StudioGAN exchange have no count: statistics
 * read from one can be compared, but neither added to nor merged.
 */
export class FeatureStatistics {
  #scatter: Scatter | undefined;
  #moments: Moments | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** The statistics of a set that is at hand. */
  static async of(features: Points): Promise<FeatureStatistics> {
    const statistics = new FeatureStatistics();
    await statistics.add(features);
    return statistics;
  }

  /**
   * Statistics that are known: a mean `[d]` and a covariance `[d, d]`, row by row.
   *
   * @throws GanzooError unless sizes fit, all values are finite, and the covariance is symmetric with a diagonal of at least 0
   */
  static fromMoments(mean: ArrayLike<number>, covariance: ArrayLike<number>): FeatureStatistics {
    const moments = { mean: new Float64Array(mean), covariance: new Float64Array(covariance) };
    expectMoments(moments);
    const statistics = new FeatureStatistics();
    statistics.#moments = moments;
    return statistics;
  }

  /**
   * Statistics from the bytes of a `.npz` file with `mu` `[d]` and `sigma` `[d, d]`, float64 or float32, stored or
   * compressed. Anything else in the file is left alone.
   *
   * @throws GanzooError when it is not such a file, and as {@link FeatureStatistics.fromMoments}
   */
  static fromNpz(bytes: Uint8Array): FeatureStatistics {
    const { mu, sigma } = readNpz(bytes, ['mu', 'sigma']);
    const [d] = mu.shape;
    if (mu.shape.length !== 1 || sigma.shape.length !== 2 || sigma.shape.some((size) => size !== d)) {
      throw new GanzooError(SCOPE, `mu must be of shape [d] and sigma [d, d], got [${mu.shape.join(', ')}] and [${sigma.shape.join(', ')}].`);
    }
    return FeatureStatistics.fromMoments(mu.values, sigma.values);
  }

  /** Features added so far; undefined when the statistics come from a mean and a covariance. */
  get count(): number | undefined {
    return this.#moments ? undefined : (this.#scatter?.count ?? 0);
  }

  /** Of each feature; undefined before the first is added. */
  get dimensions(): number | undefined {
    return this.#moments?.mean.length ?? this.#scatter?.dimensions;
  }

  /**
   * Adds a batch: a tensor `[n, d]`, which is read and stays its owner's, rows, or `{ values, dimensions }`. Batches are
   * added in the order of the calls; when one is refused, the statistics are as if it had never come.
   *
   * @throws GanzooError on values that are not finite, another number of dimensions than before, and statistics without a count
   */
  add(features: Points): Promise<void> {
    this.#expectCount('add');
    const points = readPoints(SCOPE, 'features', features);
    const added = this.#queue.then(async () => {
      const matrix = await points;
      expectFinite(SCOPE, matrix);
      this.#expectDimensions(matrix.dimensions);
      this.#scatter ??= new Scatter(matrix.dimensions);
      await this.#scatter.add(matrix.values);
    });
    // One refused batch must not stop the next; who added it has the error.
    this.#queue = added.catch(() => undefined);
    return added;
  }

  /**
   * Takes up the features that another has counted, as if they had been added here. The other stays as it is.
   *
   * @throws GanzooError when either has no count, when their dimensions differ, and while a batch is being added
   */
  merge(other: FeatureStatistics): void {
    this.#expectCount('merge');
    other.#expectCount('merge');
    if (!other.#scatter) return;
    this.#expectDimensions(other.#scatter.dimensions);
    this.#scatter ??= new Scatter(other.#scatter.dimensions);
    this.#expectSettled();
    other.#expectSettled();
    this.#scatter.merge(other.#scatter);
  }

  /** `[d]`. */
  mean(): Float64Array {
    return this.#moments?.mean.slice() ?? this.#counted(1).mean();
  }

  /**
   * `[d, d]`, row by row, with a divisor of one less than the count, as `numpy.cov` and every FID implementation but StyleGAN's has it.
   *
   * @throws GanzooError with fewer than 2 features, and while a batch is being added
   */
  covariance(): Float64Array {
    return this.#moments?.covariance.slice() ?? this.#counted(2).covariance();
  }

  /** The bytes of a `.npz` file with `mu` and `sigma` in float64, as `numpy.savez` writes it. The count is not in it. */
  toNpz(): Uint8Array<ArrayBuffer> {
    const [mean, covariance] = [this.mean(), this.covariance()];
    const d = mean.length;
    return writeNpz({ mu: { shape: [d], values: mean }, sigma: { shape: [d, d], values: covariance } });
  }

  #counted(least: number): Scatter {
    this.#expectSettled();
    const count = this.#scatter?.count ?? 0;
    if (!this.#scatter || count < least) {
      throw new GanzooError(SCOPE, `${least === 1 ? 'a mean takes at least 1 feature' : 'a covariance takes at least 2 features'}, got ${count}; add more.`);
    }
    return this.#scatter;
  }

  #expectCount(method: string): void {
    if (this.#moments) {
      const remedy = 'Start from the features: new FeatureStatistics(), then add them.';
      throw new GanzooError(SCOPE, `${method} takes statistics with a count, these come from a mean and a covariance alone. ${remedy}`);
    }
  }

  #expectDimensions(dimensions: number): void {
    if (this.#scatter && dimensions !== this.#scatter.dimensions) {
      throw new GanzooError(SCOPE, `features have ${dimensions} dimensions, the ones before ${this.#scatter.dimensions}; give features of one network.`);
    }
  }

  #expectSettled(): void {
    if (this.#scatter?.isRunning) throw new GanzooError(SCOPE, 'a batch is being added; await add(...) before you read or merge the statistics.');
  }
}

function expectMoments({ mean, covariance }: Moments): void {
  const d = mean.length;
  if (d === 0 || covariance.length !== d * d) {
    throw new GanzooError(SCOPE, `a mean of d values takes a covariance of d * d, got ${d} and ${covariance.length} values.`);
  }
  for (const [name, values] of [['mean', mean] as const, ['covariance', covariance] as const]) {
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new GanzooError(SCOPE, `value ${wrong} of the ${name} is ${values[wrong]}; compute the statistics again from finite features.`);
  }
  const slack = asymmetry * largestOf(covariance);
  for (let i = 0; i < d; i++) {
    const variance = covariance[i * d + i] as number;
    if (variance < 0) throw new GanzooError(SCOPE, `the covariance has ${variance} at [${i}, ${i}], but a variance is at least 0.`);
  }
  belowDiagonal(d, (i, j) => {
    const one = covariance[i * d + j] as number;
    const other = covariance[j * d + i] as number;
    if (Math.abs(one - other) > slack) {
      throw new GanzooError(SCOPE, `the covariance must be symmetric, but has ${one} at [${i}, ${j}] and ${other} at [${j}, ${i}].`);
    }
  });
}
