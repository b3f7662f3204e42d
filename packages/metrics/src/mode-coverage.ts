import { expectKeys, expectNumber, GanzooError } from '@ganzoo/core';
import { divergenceFromUniform, sum } from './divergence.ts';
import { expectFinite, expectSameDimensions, readPoints } from './points.ts';
import type { Matrix, Points } from './points.ts';

const SCOPE = 'metrics/modeCoverage';

/** Equally likely Gaussians. `ringOfGaussians()` and `gridOfGaussians()` of `@ganzoo/datasets` are such mixtures. */
export interface Mixture {
  /** One `[...coordinates]` a mode. */
  readonly centers: readonly (readonly number[])[];
  /** Standard deviation of each mode along each axis. */
  readonly sigma: number;
}

/** Options of {@link modeCoverage}. */
export interface ModeCoverageOptions {
  /** A sample is of high quality when it is less than so many standard deviations from the nearest center. 3 unless told. */
  readonly within?: number;
}

/** What {@link modeCoverage} counts. */
export interface ModeCoverage {
  /** Modes with at least one sample of high quality. */
  readonly modes: number;
  /** Modes there are. */
  readonly total: number;
  /** Share of the samples that are of high quality, in [0, 1]. */
  readonly highQuality: number;
  /**
   * How unevenly the samples of high quality fall on the modes: the Kullback-Leibler divergence of their distribution from
   * the uniform one, in nats. 0 is even, `log(total)` all on one mode; Infinity when there are none.
   */
  readonly reverseKl: number;
  /** Samples of high quality nearest to each mode. */
  readonly counts: readonly number[];
}

/**
 * Which modes of a known mixture the samples cover, how many samples are near one, and how evenly: as the VEEGAN
 * (https://arxiv.org/abs/1705.07761) and PacGAN (https://arxiv.org/abs/1712.04086) papers count, which draw 2,500 samples.
 *
 * Draws from the mixture itself do not score 1 and 0: in the plane a share of `1 - exp(-within ** 2 / 2)` is of high
 * quality (0.9889 within 3), and `reverseKl` is about `(total - 1) / (2 n)` for n samples. A sample with a coordinate that is
 * not finite counts as not of high quality.
 *
 * @param samples the points to judge, of as many dimensions as the centers
 * @throws GanzooError on an unknown option, a sigma or `within` that is not above 0, no points, and unequal dimensions
 */
export async function modeCoverage(samples: Points, mixture: Mixture, options: ModeCoverageOptions = {}): Promise<ModeCoverage> {
  expectKeys(SCOPE, options, ['within']);
  // Other keys are fine in a mixture: datasets have some.
  if ('within' in mixture) throw new GanzooError(SCOPE, 'within is an option: modeCoverage(samples, { centers, sigma }, { within }).');
  const { within = 3 } = options;
  const { sigma } = mixture;
  expectPositive('within', within);
  expectPositive('sigma', sigma);
  const [points, centers] = await Promise.all([readPoints(SCOPE, 'samples', samples), readPoints(SCOPE, 'centers', mixture.centers)]);
  expectSameDimensions(SCOPE, points, centers);
  expectFinite(SCOPE, centers);

  const counts = Array.from({ length: centers.count }, () => 0);
  for (let i = 0; i < points.count; i++) {
    const mode = nearest(points, i, centers, within * sigma);
    if (mode !== undefined) counts[mode] = (counts[mode] as number) + 1;
  }
  return {
    modes: counts.filter((count) => count > 0).length,
    total: counts.length,
    highQuality: sum(counts) / points.count,
    reverseKl: divergenceFromUniform(counts),
    counts,
  };
}

/** The nearest center less than `reach` from point `index`, if any: no comparison holds for NaN. */
function nearest(points: Matrix, index: number, centers: Matrix, reach: number): number | undefined {
  const { dimensions } = points;
  let least = reach * reach;
  let mode: number | undefined;
  for (let center = 0; center < centers.count; center++) {
    let squared = 0;
    for (let axis = 0; axis < dimensions; axis++) {
      const offset = (points.values[index * dimensions + axis] as number) - (centers.values[center * dimensions + axis] as number);
      squared += offset * offset;
    }
    if (squared < least) {
      least = squared;
      mode = center;
    }
  }
  return mode;
}

function expectPositive(name: string, value: unknown): void {
  expectNumber(SCOPE, name, value);
  if (value <= 0) throw new GanzooError(SCOPE, `${name} must be above 0, got ${value}.`);
}
