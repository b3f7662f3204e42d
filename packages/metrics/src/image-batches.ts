import { GanzooError, rng, showShape, type BatchRequest, type Dataset } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Where images come from: a dataset, whatever samples like a trainer, a tensor `[n, height, width, channels]`, or a function
 * that makes so many. All in [-1, 1]. What a function makes is disposed of; a tensor stays its owner's.
 */
export type ImageSource = Dataset | Sampling | tf.Tensor | ((count: number, batch: number) => tf.Tensor | Promise<tf.Tensor>);

/** A trainer, or anything else that samples. */
export interface Sampling {
  /** Makes `[count, height, width, channels]` in [-1, 1], the same for the same seed. */
  readonly sample: (count: number, options: { readonly seed: number }) => tf.Tensor;
}

/** Of sources without an end, unless told. */
const endless = 10_000;

/**
 * How many images to take: `samples` where told, else all of a dataset or tensor, and 10,000 of what has no end.
 *
 * @throws GanzooError where there are not so many
 */
export function imageCount(scope: string, name: string, source: ImageSource, samples: number | undefined): number {
  const size = sizeOf(scope, name, source);
  if (size !== undefined && samples !== undefined && samples > size)
    throw new GanzooError(scope, `${name} are ${size} images, but ${samples} are asked for. Lower samples, or give more.`);
  const count = samples ?? size ?? endless;
  if (count < 2) throw new GanzooError(scope, `${name} are a single image, which says nothing of a distribution. Give more.`);
  return count;
}

function sizeOf(scope: string, name: string, source: ImageSource): number | undefined {
  if (source instanceof tf.Tensor) {
    expectImages(scope, name, source);
    return source.shape[0];
  }
  return isDataset(source) ? source.size : undefined;
}

export interface BatchPlan {
  /** Images in all, as {@link imageCount} has it. */
  readonly count: number;
  readonly batchSize: number;
  /** Of the order of a dataset, and of what a trainer samples. */
  readonly seed: number;
}

/**
 * Images in batches, the last of which may be smaller. The caller disposes each.
 *
 * @param name what errors call the source
 */
export async function* imageBatches(scope: string, name: string, source: ImageSource, { count, batchSize, seed }: BatchPlan): AsyncGenerator<tf.Tensor4D> {
  const cut = (images: tf.Tensor, left: number): tf.Tensor4D => {
    expectImages(scope, name, images);
    return images.shape[0] <= left ? images : tf.tidy(() => tf.slice(images, 0, left));
  };
  let made = 0;
  if (isDataset(source)) {
    const request: BatchRequest = { size: batchSize, rng: rng(seed) };
    for await (const { batch } of source.batches(request)) {
      batch.labels?.dispose();
      const images = cut(batch.samples, count - made);
      if (images !== batch.samples) batch.samples.dispose();
      made += images.shape[0];
      yield images;
      if (made >= count) return;
    }
    throw new GanzooError(scope, `${name} ended after ${made} images, but ${count} are asked for. Lower samples, or give more.`);
  }
  for (let batch = 0; ; batch++) {
    const size = Math.min(batchSize, count - made);
    if (size === 0) return;
    const from = made;
    let images: tf.Tensor;
    if (source instanceof tf.Tensor) images = tf.tidy(() => tf.slice(source as tf.Tensor4D, from, size));
    else images = await (typeof source === 'function' ? source(size, batch) : source.sample(size, { seed: seed + batch }));
    const kept = cut(images, size);
    if (kept !== images) images.dispose();
    made += kept.shape[0];
    yield kept;
  }
}

export function isDataset(source: ImageSource): source is Dataset {
  return typeof (source as Dataset).batches === 'function';
}

function expectImages(scope: string, name: string, images: unknown): asserts images is tf.Tensor4D {
  if (images instanceof tf.Tensor && images.rank === 4 && (images.shape[0] as number) > 0) return;
  const got = images instanceof tf.Tensor ? showShape(images.shape) : typeof images;
  throw new GanzooError(scope, `${name} must be images [n, height, width, channels] in [-1, 1], got ${got}.`);
}
