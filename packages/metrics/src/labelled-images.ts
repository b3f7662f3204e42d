import { GanzooError, rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from './extractor.ts';
import { imageBatches, imageCount, isDataset, type ImageSource } from './image-batches.ts';
import { report, type WorkOptions } from './work.ts';

/** Images with a class each, in memory as they would be saved. */
export interface LabelledImages {
  /** Of one image. */
  readonly shape: readonly [number, number, number];
  /** One image after another. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
}

interface CollectPlan {
  readonly samples: number | undefined;
  readonly batchSize: number;
  readonly seed: number;
  /** Tells the classes, where not the images do. */
  readonly labeller: Pick<Classifier, 'logits'> | undefined;
}

/**
 * Collects images with the classes that a dataset says they have, or that a labeller takes them for.
 *
 * @param name what errors call the images
 */
export async function collectLabelled(scope: string, name: string, source: ImageSource, plan: CollectPlan, work: WorkOptions): Promise<LabelledImages> {
  const count = imageCount(scope, name, source, plan.samples);
  const labels = new Int32Array(count);
  let collected: { pixels: Uint8Array; shape: LabelledImages['shape'] } | undefined;
  let at = 0;
  for await (const { images, classes } of plan.labeller ? guessed(scope, name, source, { ...plan, count }) : told(scope, name, source, { ...plan, count })) {
    try {
      await report(at, count, work);
      const [held, height, width, channels] = images.shape;
      const shape = [height, width, channels] as const;
      collected ??= { pixels: new Uint8Array((count * images.size) / held), shape };
      const taken = Math.min(held, count - at);
      const levels = await levelsOf(images);
      collected.pixels.set(levels.subarray(0, (taken * images.size) / held), (at * images.size) / held);
      labels.set((await classes.data<'int32'>()).subarray(0, taken), at);
      at += taken;
    } finally {
      tf.dispose([images, classes]);
    }
    if (at >= count) break;
  }
  if (!collected || at < count) throw new GanzooError(scope, `${name} ended after ${at} images, but ${count} are asked for. Lower samples, or give more.`);
  await report(1, 1, work);
  return { ...collected, labels };
}

interface LabelledBatch {
  readonly images: tf.Tensor4D;
  readonly classes: tf.Tensor;
}

type KnownPlan = CollectPlan & { readonly count: number };

async function* told(scope: string, name: string, source: ImageSource, { batchSize, seed }: KnownPlan): AsyncGenerator<LabelledBatch> {
  const unlabelled = new GanzooError(scope, `${name} have no classes. Give a dataset with labels, or a labeller such as await mnistClassifier().`);
  if (!isDataset(source)) throw unlabelled;
  for await (const { batch } of source.batches({ size: batchSize, rng: rng(seed) })) {
    if (!batch.labels) {
      batch.samples.dispose();
      throw unlabelled;
    }
    yield { images: batch.samples as tf.Tensor4D, classes: batch.labels };
  }
}

async function* guessed(scope: string, name: string, source: ImageSource, { labeller, ...plan }: KnownPlan): AsyncGenerator<LabelledBatch> {
  for await (const images of imageBatches(scope, name, source, plan)) {
    const logits = await (labeller as Pick<Classifier, 'logits'>).logits(images);
    const classes = tf.argMax(logits, 1);
    logits.dispose();
    yield { images, classes };
  }
}

async function levelsOf(images: tf.Tensor4D): Promise<Float32Array> {
  const levels = tf.tidy(() => tf.round(tf.mul(tf.add(tf.clipByValue(images, -1, 1), 1), 127.5)));
  try {
    return await levels.data<'float32'>();
  } finally {
    levels.dispose();
  }
}
