import { expectKeys } from '@ganzoo/core';
import { featureKeys, featurePlan, imageFeatures, type FeatureOptions, type FeaturePlan } from './image-features.ts';
import type { ImageSource } from './image-batches.ts';
import { kernelDistance, type KernelDistance, type KernelDistanceOptions } from './kernel-distance.ts';
import type { FlatPoints } from './points.ts';
import { stage, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/kid';

export interface KidOptions extends FeatureOptions, Pick<KernelDistanceOptions, 'subsets' | 'subsetSize'> {
  readonly real: ImageSource;
  readonly generated: ImageSource;
}

/**
 * The {@link kernelDistance} between the features of real and generated images. It is unbiased, so that few samples do: its
 * `samples` are 10,000 unless told, and all their features are held.
 *
 * @throws GanzooError on unknown options, sources that end early, and features that are not `[n, d]`
 */
export async function kid(options: KidOptions): Promise<KernelDistance> {
  expectKeys(SCOPE, options, [...featureKeys, 'real', 'generated', 'subsets', 'subsetSize']);
  const { real, generated, subsets, subsetSize } = options;
  const plan = featurePlan(SCOPE, options);
  const sets = [
    await collect('the real images', real, plan, stage(0, 3, plan)),
    await collect('the generated images', generated, plan, stage(1, 3, plan)),
  ] as const;
  return kernelDistance(...sets, {
    seed: plan.seed,
    ...(subsets !== undefined && { subsets }),
    ...(subsetSize !== undefined && { subsetSize }),
    ...stage(2, 3, plan),
  });
}

async function collect(name: string, source: ImageSource, plan: FeaturePlan, work: WorkOptions): Promise<FlatPoints> {
  let values = new Float32Array();
  let [dimensions, at] = [0, 0];
  for await (const features of imageFeatures(SCOPE, name, source, plan, work)) {
    const batch = await features.data<'float32'>();
    if (dimensions === 0) {
      dimensions = features.shape[1];
      values = new Float32Array(plan.samples * dimensions);
    }
    values.set(batch, at);
    at += batch.length;
    features.dispose();
  }
  return { values, dimensions };
}
