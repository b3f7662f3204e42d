import { expectKeys, GanzooError, type Store } from '@ganzoo/core';
import { FeatureStatistics } from './feature-statistics.ts';
import { frechetDistance } from './frechet-distance.ts';
import { extractorName, featureKeys, featurePlan, imageFeatures, type FeatureOptions, type FeaturePlan } from './image-features.ts';
import type { ImageSource } from './image-batches.ts';
import { statisticsKey, throughCache } from './statistics-cache.ts';
import { report, stage, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/fid';

/** Which extractor made statistics that were computed here. */
const madeBy = new WeakMap<FeatureStatistics, string>();

/** Options of {@link imageStatistics}. */
export interface ImageStatisticsOptions extends FeatureOptions {
  /** The images to look at. */
  readonly images: ImageSource;
  /**
   * Where the statistics of a dataset are kept from one time to the next, such as `folder(path)` of @ganzoo/node: a `.npz` file
   * for each dataset (by its name and size), extractor (by its name, which tells the preprocessing) and setting.
   */
  readonly cache?: Store;
}

/**
 * Mean and covariance of the features of images, for {@link fid} to compare others with, as often as wanted.
 *
 * @throws GanzooError on unknown options, sources with too few images, features that are not `[n, d]`, and a cache for what has no name
 */
export async function imageStatistics(options: ImageStatisticsOptions): Promise<FeatureStatistics> {
  expectKeys(SCOPE, options, [...featureKeys, 'images', 'cache']);
  const plan = featurePlan(SCOPE, options);
  const { images, cache } = options;
  const compute = async (): Promise<FeatureStatistics> => measure('the images', images, plan, plan);
  if (!cache) return compute();
  const statistics = await throughCache(cache, statisticsKey(SCOPE, images, plan), compute);
  madeBy.set(statistics, extractorName(plan.extractor));
  await report(1, 1, plan);
  return statistics;
}

/** Options of {@link fid}. */
export interface FidOptions extends FeatureOptions {
  /** Images, or what {@link imageStatistics} or an `.npz` file says of them. */
  readonly real: ImageSource | FeatureStatistics;
  /** The same of what is judged. */
  readonly generated: ImageSource | FeatureStatistics;
}

/**
 * The {@link frechetDistance} between the features of real and generated images (Heusel et al. 2017,
 * https://arxiv.org/abs/1706.08500): the FID where the extractor is the Inception network of 2015, a Fréchet classifier
 * distance elsewhere. Biased upwards by few samples, so compare only with as many: most papers have 50,000 generated ones.
 *
 * @throws GanzooError on unknown options, sources with too few images, features that are not `[n, d]`, and statistics of another
 * extractor or of other dimensions
 */
export async function fid(options: FidOptions): Promise<number> {
  expectKeys(SCOPE, options, [...featureKeys, 'real', 'generated']);
  const plan = featurePlan(SCOPE, options);
  const sides = [
    await statisticsOf('the real images', options.real, plan, stage(0, 3, plan)),
    await statisticsOf('the generated images', options.generated, plan, stage(1, 3, plan)),
  ] as const;
  return frechetDistance(...sides, stage(2, 3, plan));
}

async function statisticsOf(name: string, source: ImageSource | FeatureStatistics, plan: FeaturePlan, work: WorkOptions) {
  if (!(source instanceof FeatureStatistics)) return measure(name, source, plan, work);
  const [made, asked] = [madeBy.get(source), extractorName(plan.extractor)];
  if (made !== undefined && made !== asked)
    throw new GanzooError(
      SCOPE,
      `the statistics of ${name} were made by the extractor '${made}', and this is '${asked}'. Make them anew, by imageStatistics().`,
    );
  await report(1, 1, work);
  return source;
}

async function measure(name: string, source: ImageSource, plan: FeaturePlan, work: WorkOptions): Promise<FeatureStatistics> {
  const statistics = new FeatureStatistics();
  for await (const features of imageFeatures(SCOPE, name, source, plan, work)) {
    try {
      await statistics.add(features);
    } finally {
      features.dispose();
    }
  }
  madeBy.set(statistics, extractorName(plan.extractor));
  return statistics;
}
