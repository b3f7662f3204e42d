import { expectInteger, expectKeys, GanzooError, showShape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { FeatureExtractor } from './extractor.ts';
import { imageBatches, imageCount, type ImageSource } from './image-batches.ts';
import type { FlatPoints } from './points.ts';
import { report, type WorkOptions } from './work.ts';

/** From images `[n, height, width, channels]` in [-1, 1] to features `[n, d]`. */
export type FeatureFunction = FeatureExtractor['features'];

/** How images become features. */
export interface FeatureOptions extends WorkOptions {
  /** The network in whose eyes images are compared. */
  readonly extractor: FeatureExtractor | FeatureFunction;
  /** Images of each set. Unless told, all of a dataset or tensor, and 10,000 of what has no end, such as a trainer. */
  readonly samples?: number;
  /** Images that go through the extractor at once. 64 unless told. */
  readonly batchSize?: number;
  /** Of a dataset's order and of a trainer's latents. 0 unless told. */
  readonly seed?: number;
  /** Whether images are rounded to the 256 levels they would be saved in, as the published values have it. `true` unless told. */
  readonly quantize?: boolean;
}

export const featureKeys = ['extractor', 'samples', 'batchSize', 'seed', 'quantize', 'signal', 'onProgress'] as const;

/** The options with defaults in the place of what was not told. */
export type FeaturePlan = Required<Omit<FeatureOptions, 'signal' | 'onProgress' | 'samples'>> & Pick<FeatureOptions, 'samples'> & WorkOptions;

export function featurePlan(scope: string, options: FeatureOptions): FeaturePlan {
  const { extractor, samples, batchSize = 64, seed = 0, quantize = true } = options;
  if (typeof extractor !== 'function' && typeof extractor?.features !== 'function')
    throw new GanzooError(scope, "extractor must be a function from images to features, or have one as 'features', such as await mnistClassifier().");
  if (samples !== undefined) expectInteger(scope, 'samples', samples, 2);
  expectInteger(scope, 'batchSize', batchSize, 1);
  expectInteger(scope, 'seed', seed, 0);
  return { ...options, extractor, batchSize, seed, quantize };
}

/** What tells the features of one extractor from those of another. */
export function extractorName(extractor: FeaturePlan['extractor']): string {
  return extractor.name || 'a function without a name';
}

/** Options of {@link extractFeatures}. */
export interface ExtractOptions extends FeatureOptions {
  /** The images to look at. */
  readonly images: ImageSource;
}

/**
 * The features of images, all of them: one look at the images then serves every estimator. 10,000 features of 2048 dimensions
 * take 82 MB; `imageStatistics` holds none.
 *
 * With `extractor: classifier.logits` they are what a classifier says, for `inceptionScore` and `classBalance`.
 *
 * @throws GanzooError on unknown options, sources with too few images, and features that are not `[n, d]`
 */
export async function extractFeatures(options: ExtractOptions): Promise<FlatPoints> {
  const scope = 'metrics/extractFeatures';
  expectKeys(scope, options, [...featureKeys, 'images']);
  const plan = featurePlan(scope, options);
  return collectFeatures(scope, 'the images', options.images, plan, plan);
}

/** As {@link extractFeatures}, in the name of another. */
export async function collectFeatures(scope: string, name: string, source: ImageSource, plan: FeaturePlan, work: WorkOptions): Promise<FlatPoints> {
  const count = imageCount(scope, name, source, plan.samples);
  let values = new Float32Array();
  let [dimensions, at] = [0, 0];
  for await (const features of imageFeatures(scope, name, source, plan, work)) {
    try {
      const batch = await features.data<'float32'>();
      if (dimensions === 0) {
        dimensions = features.shape[1];
        values = new Float32Array(count * dimensions);
      }
      values.set(batch, at);
      at += batch.length;
    } finally {
      features.dispose();
    }
  }
  return { values, dimensions };
}

/**
 * The features of so many images, a batch at a time; the caller disposes each.
 *
 * @param name what errors call the images
 */
export async function* imageFeatures(scope: string, name: string, source: ImageSource, plan: FeaturePlan, work: WorkOptions): AsyncGenerator<tf.Tensor2D> {
  const { extractor, batchSize, seed, quantize } = plan;
  const count = imageCount(scope, name, source, plan.samples);
  const extract = typeof extractor === 'function' ? extractor : extractor.features.bind(extractor);
  let done = 0;
  let dimensions: number | undefined;
  for await (const images of imageBatches(scope, name, source, { count, batchSize, seed })) {
    const seen = quantize ? quantized(images) : images;
    try {
      await report(done, count, work);
      const features = await extract(seen);
      dimensions = expectFeatures(scope, name, features, images.shape[0], dimensions);
      done += images.shape[0];
      yield features;
    } finally {
      tf.dispose([images, seen]);
    }
  }
  await report(1, 1, work);
}

/** To the nearest of 256 levels from -1 to 1. */
function quantized(images: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.sub(tf.div(tf.round(tf.mul(tf.add(tf.clipByValue(images, -1, 1), 1), 127.5)), 127.5), 1));
}

/** @returns how many dimensions they have, which are the same for all images */
function expectFeatures(scope: string, name: string, features: unknown, count: number, dimensions: number | undefined): number {
  const isTensor = features instanceof tf.Tensor;
  if (isTensor && features.rank === 2 && features.shape[0] === count && (dimensions ?? features.shape[1]) === features.shape[1])
    return features.shape[1] as number;
  const got = isTensor ? showShape(features.shape) : typeof features;
  if (isTensor) features.dispose();
  throw new GanzooError(
    scope,
    `the extractor must make features [${count}, ${dimensions ?? 'd'}] of ${count} images of ${name}, got ${got}. Flatten or average the rest.`,
  );
}
