import { expectKeys } from '@ganzoo/core';
import { collectFeatures, featureKeys, featurePlan, type FeatureOptions } from './image-features.ts';
import type { ImageSource } from './image-batches.ts';
import { kernelDistance, type KernelDistance, type KernelDistanceOptions } from './kernel-distance.ts';
import { stage } from './work.ts';

const SCOPE = 'metrics/kid';

/** Options of {@link kid}. */
export interface KidOptions extends FeatureOptions, Pick<KernelDistanceOptions, 'subsets' | 'subsetSize'> {
  /** What they are compared with. */
  readonly real: ImageSource;
  /** The images to judge. */
  readonly generated: ImageSource;
}

/**
 * The {@link kernelDistance} between the features of real and generated images. It is unbiased, so that few samples do; all
 * their features are held.
 *
 * @throws GanzooError on unknown options, sources with too few images, and features that are not `[n, d]`
 */
export async function kid(options: KidOptions): Promise<KernelDistance> {
  expectKeys(SCOPE, options, [...featureKeys, 'real', 'generated', 'subsets', 'subsetSize']);
  const { real, generated, subsets, subsetSize } = options;
  const plan = featurePlan(SCOPE, options);
  const sets = [
    await collectFeatures(SCOPE, 'the real images', real, plan, stage(0, 3, plan)),
    await collectFeatures(SCOPE, 'the generated images', generated, plan, stage(1, 3, plan)),
  ] as const;
  return kernelDistance(...sets, {
    seed: plan.seed,
    ...(subsets !== undefined && { subsets }),
    ...(subsetSize !== undefined && { subsetSize }),
    ...stage(2, 3, plan),
  });
}
