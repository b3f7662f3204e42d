import { expectInteger, expectKeys } from '@ganzoo/core';
import { displace, neighborDistances, place, walkDistances } from './neighbors.ts';
import { expectFinite, expectSameDimensions, readRows, type Points } from './points.ts';
import { expectEnough, report, stage, workKeys, type WorkOptions } from './work.ts';

export interface NeighborOptions extends WorkOptions {
  /** A sample's ball reaches to its k-th nearest neighbor in its own set. */
  readonly k?: number;
}

/** What {@link precisionRecall} gives. */
export interface PrecisionRecall {
  /** Share of the generated samples that lie in a ball around a real one, in [0, 1]: how good they are. */
  readonly precision: number;
  /** Share of the real samples that lie in a ball around a generated one, in [0, 1]: how much is covered. */
  readonly recall: number;
}

/**
 * Improved precision and recall (Kynkaanniemi et al. 2019, https://arxiv.org/abs/1904.06991), with k = 3 unless told and a
 * ball's edge belonging to it, as in the authors' code. A single outlier's large ball can carry much of either:
 * {@link densityCoverage} does not have that weakness.
 *
 * @param real features `[n, d]`
 * @param generated features `[m, d]`
 * @throws GanzooError on an unknown option, no more than k samples, unequal dimensions, and values that are not finite
 */
export async function precisionRecall(real: Points, generated: Points, options: NeighborOptions = {}): Promise<PrecisionRecall> {
  const { reals, fakes } = await overlap('metrics/precisionRecall', real, generated, { k: 3, ...options }, { withEdge: true, both: true });
  return { precision: shareOf(fakes), recall: shareOf(reals.inFakes) };
}

/** What {@link densityCoverage} gives. */
export interface DensityCoverage {
  /** How many real balls a generated sample lies in, over k: about 1 for the same distribution, and not bounded by it. */
  readonly density: number;
  /** Share of the real samples whose ball holds a generated one, in [0, 1]. */
  readonly coverage: number;
}

/**
 * Density and coverage (Naeem et al. 2020, https://arxiv.org/abs/2002.09797), with k = 5 unless told and a ball's edge not
 * belonging to it, as in the authors' code. Draws of n and m samples from one distribution have a density of 1 and a
 * coverage of `1 - prod_{j=1..k} (n - j) / (n + m - j)` on average: 0.969 at k = 5 and equal sizes of 1000.
 *
 * @param real features `[n, d]`
 * @param generated features `[m, d]`
 * @throws GanzooError on an unknown option, no more than k samples, unequal dimensions, and values that are not finite
 */
export async function densityCoverage(real: Points, generated: Points, options: NeighborOptions = {}): Promise<DensityCoverage> {
  const k = options.k ?? 5;
  const { reals, fakes } = await overlap('metrics/densityCoverage', real, generated, { ...options, k }, { withEdge: false, both: false });
  return { density: fakes.reduce((sum, balls) => sum + balls, 0) / (k * fakes.length), coverage: shareOf(reals.held) };
}

interface Overlap {
  /** Of each real sample: generated ones in its ball, and balls of generated ones it lies in. */
  readonly reals: { readonly held: Uint32Array; readonly inFakes: Uint32Array };
  /** Of each generated sample: real balls it lies in. */
  readonly fakes: Uint32Array;
}

/** Who lies in whose ball. The balls of generated samples are only looked at where `both`. */
async function overlap(
  scope: string,
  real: Points,
  generated: Points,
  options: NeighborOptions & { readonly k: number },
  { withEdge, both }: { readonly withEdge: boolean; readonly both: boolean },
): Promise<Overlap> {
  expectKeys(scope, options, ['k', ...workKeys]);
  const { k } = options;
  expectInteger(scope, 'k', k, 1);
  const [first, second] = await Promise.all([readRows(scope, 'the real features', real), readRows(scope, 'the generated features', generated)]);
  expectSameDimensions(scope, first, second);
  for (const set of [first, second]) {
    expectEnough(scope, `k = ${k}`, k + 1, set.name, set.count);
    expectFinite(scope, set);
  }
  const stages = both ? 3 : 2;
  const sets = place(first, second);
  try {
    const [reals, fakes] = sets;
    const realBalls = await neighborDistances(reals, k, stage(0, stages, options));
    const fakeBalls = both ? await neighborDistances(fakes, k, stage(1, stages, options)) : new Float32Array(fakes.count);
    const [held, inFakes, inReals] = [new Uint32Array(reals.count), new Uint32Array(reals.count), new Uint32Array(fakes.count)];
    const isIn = (distance: number, ball: number): boolean => (withEdge ? distance <= ball : distance < ball);
    await walkDistances(
      reals,
      fakes,
      (row, distances) => {
        distances.forEach((distance, fake) => {
          if (isIn(distance, realBalls[row] as number)) {
            held[row] = (held[row] as number) + 1;
            inReals[fake] = (inReals[fake] as number) + 1;
          }
          if (both && isIn(distance, fakeBalls[fake] as number)) inFakes[row] = (inFakes[row] as number) + 1;
        });
      },
      stage(stages - 1, stages, options),
    );
    await report(1, 1, options);
    return { reals: { held, inFakes }, fakes: inReals };
  } finally {
    displace(sets);
  }
}

function shareOf(counts: Uint32Array): number {
  return counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / counts.length;
}
