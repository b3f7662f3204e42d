import { expectKeys } from '@ganzoo/core';
import { collectFeatures, featureKeys, featurePlan, type FeatureOptions } from './image-features.ts';
import { imageCount, type ImageSource } from './image-batches.ts';
import { kernelDistance, subsetPlan, type KernelDistance, type KernelDistanceOptions } from './kernel-distance.ts';
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
  const { real, generated } = options;
  const plan = featurePlan(SCOPE, options);
  // Refused before the hours that a look at many images may take.
  const sizeOf = (name: string, source: ImageSource) => ({ name, count: imageCount(SCOPE, name, source, plan.samples) });
  const subsets = subsetPlan(SCOPE, options, [sizeOf('the real images', real), sizeOf('the generated images', generated)]);
  const sets = [
    await collectFeatures(SCOPE, 'the real images', real, plan, stage(0, 3, plan)),
    await collectFeatures(SCOPE, 'the generated images', generated, plan, stage(1, 3, plan)),
  ] as const;
  return kernelDistance(...sets, { seed: plan.seed, ...subsets, ...stage(2, 3, plan) });
}
