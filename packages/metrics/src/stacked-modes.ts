import { expectInteger, expectKeys, GanzooError } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { divergenceFromUniform } from './divergence.ts';
import type { Classifier } from './extractor.ts';
import { imageBatches, imageCount, type ImageSource } from './image-batches.ts';
import { likeliest, readPredictions } from './predictions.ts';
import { report, workKeys, type WorkOptions } from './work.ts';

const SCOPE = 'metrics/stackedModes';
/** What a histogram may take: three channels of ImageNet's classes would be a billion modes. */
const mostModes = 10_000_000;

/** Options of {@link stackedModes}. */
export interface StackedModesOptions extends WorkOptions {
  /** Tells the classes of images of one channel, such as `await mnistClassifier()` the digits. */
  readonly classifier: Pick<Classifier, 'classes' | 'logits'>;
  /** Images to count. 26,000 unless told, as in the papers. */
  readonly samples?: number;
  /** Images at once; the classifier gets as many times their channels. 64 unless told. */
  readonly batchSize?: number;
  /** Of a dataset's order and of a trainer's latents. 0 unless told. */
  readonly seed?: number;
}

/** What {@link stackedModes} counts. */
export interface StackedModes {
  /** Modes with at least one image. */
  readonly modes: number;
  /** Modes there are: `classes ** channels`, 1000 of three digits. */
  readonly total: number;
  /**
   * How unevenly the images fall on the modes: the Kullback-Leibler divergence of their distribution from the uniform one, in
   * nats. 0 is even, `log(total)` all on one mode.
   */
  readonly reverseKl: number;
  /** Images of each mode. The first channel counts most: three digits are a number of as many places. */
  readonly counts: readonly number[];
}

/**
 * How many of the 1000 modes of stacked MNIST a generator covers, and how evenly, as the VEEGAN
 * (https://arxiv.org/abs/1705.07761) and PacGAN (https://arxiv.org/abs/1712.04086) papers count: of 26,000 images, each
 * channel of which a classifier tells the digit of. Any classes in any number of channels will do.
 *
 * A perfect sampler does not score 0: 26,000 stacks have a `reverseKl` of 0.019, and of 0.024 if digits are as frequent as
 * MNIST's. Published numbers are by other classifiers, whose errors spread what has collapsed over a few more modes.
 *
 * @param images `[n, 28, 28, 3]` in [-1, 1], or what makes them; with the 10 classes of digits
 * @throws GanzooError on an unknown option, sources with too few images or that change their channels, too many modes to count, and
 * logits that are not `[n, classes]` or not finite; the reason of `signal` once it is aborted
 */
export async function stackedModes(images: ImageSource, options: StackedModesOptions): Promise<StackedModes> {
  expectKeys(SCOPE, options, ['classifier', 'samples', 'batchSize', 'seed', ...workKeys]);
  const { classifier, samples = 26_000, batchSize = 64, seed = 0 } = options;
  if (typeof classifier?.logits !== 'function')
    throw new GanzooError(SCOPE, "classifier must tell classes by a function 'logits', as await mnistClassifier() does.");
  expectInteger(SCOPE, 'the classes of the classifier', classifier.classes, 2);
  expectInteger(SCOPE, 'samples', samples, 2);
  expectInteger(SCOPE, 'batchSize', batchSize, 1);
  expectInteger(SCOPE, 'seed', seed, 0);

  const count = imageCount(SCOPE, 'the images', images, samples);
  let counts: number[] | undefined;
  let done = 0;
  for await (const batch of imageBatches(SCOPE, 'the images', images, { count, batchSize, seed })) {
    try {
      await report(done, count, options);
      counts ??= noneOf(classifier.classes, batch.shape[3]);
      for (const mode of await modesOf(batch, classifier, counts.length)) counts[mode] = (counts[mode] as number) + 1;
      done += batch.shape[0];
    } finally {
      batch.dispose();
    }
  }
  await report(1, 1, options);
  const found = counts ?? [];
  return { modes: found.filter((count) => count > 0).length, total: found.length, reverseKl: divergenceFromUniform(found), counts: found };
}

function noneOf(classes: number, channels: number): number[] {
  const total = classes ** channels;
  if (total > mostModes) throw new GanzooError(SCOPE, `${classes} classes in ${channels} channels are ${total} modes, more than ${mostModes} can be counted.`);
  return Array.from({ length: total }, () => 0);
}

/** The mode of each image, below `total`. */
async function modesOf(images: tf.Tensor4D, classifier: StackedModesOptions['classifier'], total: number): Promise<Uint32Array> {
  const [count, , , channels] = images.shape;
  const { classes } = classifier;
  if (classes ** channels !== total) throw new GanzooError(SCOPE, `the images had other channels before than these ${channels}; give images of one shape.`);
  const found = await classesOf(images, classifier);
  return Uint32Array.from({ length: count }, (_, image) => {
    let mode = 0;
    for (let channel = 0; channel < channels; channel++) mode = mode * classes + (found[channel * count + image] as number);
    return mode;
  });
}

/** The class of each image's first channel, then of the second, and so on. */
async function classesOf(images: tf.Tensor4D, classifier: StackedModesOptions['classifier']): Promise<Uint32Array> {
  const { classes } = classifier;
  const channels = tf.tidy(() => tf.concat<tf.Tensor4D>(tf.split(images, images.shape[3], 3), 0));
  let logits: tf.Tensor2D | undefined;
  try {
    logits = await classifier.logits(channels);
    const rows = await readPredictions(SCOPE, 'the logits of the classifier', logits, { of: 'logits' });
    if (rows.count === channels.shape[0] && rows.dimensions === classes) return likeliest(rows);
    throw new GanzooError(
      SCOPE,
      `the classifier must make logits [${channels.shape[0]}, ${classes}] of as many channels, got [${rows.count}, ${rows.dimensions}]. Correct what it says of its classes.`,
    );
  } finally {
    tf.dispose([channels, ...(logits ? [logits] : [])]);
  }
}
