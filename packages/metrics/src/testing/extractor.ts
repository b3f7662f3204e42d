import { expectInteger, expectKeys, expectNumber, rng } from '@ganzoo/core';
import { difference, expectForm, expectNoLeak, expectValues, failure, onEachBackend, valuesOf, type Check, type SuiteOptions } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import type { Classifier, FeatureExtractor } from '../extractor.ts';
import { farApart } from './far-apart.ts';

const SCOPE = 'metrics/testing';

/** The extractor that {@link extractorSuite} checks. */
export interface ExtractorSuiteOptions extends SuiteOptions {
  /** Called for each check. What it makes is disposed of after it, where it can be. */
  readonly make: () => FeatureExtractor | Promise<FeatureExtractor>;
  /** `[height, width, channels]` of images that it takes. */
  readonly imageShape: readonly [number, number, number];
  /**
   * By how much what is made of an image may change with its batch, in parts of the largest value. 1e-4 unless told: backends
   * sum in another order where a batch is of another size.
   */
  readonly tolerance?: number;
}

/** Features, or logits. */
interface Output {
  readonly what: string;
  /** Numbers of an image, as it says. */
  readonly width: number;
  /** A row of numbers of each image. */
  readonly read: (images: tf.Tensor4D, look?: (made: tf.Tensor) => void | Promise<void>) => Promise<readonly Float32Array[]>;
}

/**
 * What an extractor must do: say what it makes, look at each image by itself, repeat itself and let go; with its logits too, if
 * it is a {@link Classifier}.
 */
export function extractorSuite(options: ExtractorSuiteOptions): readonly Check[] {
  expectKeys(SCOPE, options, ['make', 'imageShape', 'tolerance', 'backends']);
  const { make, imageShape, tolerance = 1e-4 } = options;
  imageShape.forEach((length, axis) => expectInteger(SCOPE, `length ${axis} of imageShape`, length, 1));
  expectNumber(SCOPE, 'tolerance', tolerance, 0);
  const on = (work: (outputs: readonly Output[], images: tf.Tensor4D, extractor: FeatureExtractor) => void | Promise<void>) => async (): Promise<void> => {
    const extractor = await make();
    const images = different(3, imageShape);
    try {
      await work(outputsOf(extractor), images, extractor);
    } finally {
      if (!images.isDisposed) images.dispose();
      (extractor as Partial<Classifier>).dispose?.();
    }
  };

  return onEachBackend(options, {
    'it says its name and how many numbers it makes': on((_outputs, _images, extractor) => describesItself(extractor)),

    'images become rows of finite numbers, as many as it says': on(async (outputs, images) => {
      for (const { what, width, read } of outputs) {
        await read(images, async (made) => {
          expectForm(what, made, { shape: [3, width] });
          await expectValues(what, made);
        });
      }
    }),

    'a batch may be a single image': on(async (outputs, images) => {
      const single = part(images, 0);
      for (const { what, width, read } of outputs) await read(single, (made) => expectForm(`${what} of a single image`, made, { shape: [1, width] }));
      single.dispose();
    }),

    'rows come in the order of the images': on(async (outputs, images) => {
      const backwards = tf.tidy(() => tf.reverse(images, 0));
      for (const { what, read } of outputs) {
        const [rows, reversed] = [await read(images), await read(backwards)];
        for (const [image, row] of rows.entries()) {
          const found = farApart(row, reversed.at(-1 - image) ?? [], tolerance);
          if (found) throw failure(`${what} in the order of the images, in whichever they come`, `${found} of image ${image}`, 'Row i is of image i.');
        }
      }
      backwards.dispose();
    }),

    'an image makes the same whatever else is in its batch': on(async (outputs, images) => {
      for (const { what, read } of outputs) {
        for (const [image, row] of (await read(images)).entries()) {
          const single = part(images, image);
          const [alone] = await read(single);
          single.dispose();
          const found = farApart(row, alone ?? [], tolerance);
          const cure = 'Look at each image by itself: batch-norm in inference mode, and no mean or maximum over the batch.';
          if (found) throw failure(`the same ${what} of image ${image} with others and alone, up to ${tolerance} of the largest`, found, cure);
        }
      }
    }),

    'the same images make the same': on(async (outputs, images) => {
      for (const { what, read } of outputs) {
        const [rows, again] = [await read(images), await read(images)];
        for (const [image, row] of rows.entries()) {
          const found = difference(row, again[image] ?? []);
          if (found) throw failure(`the same ${what} of the same images`, `${found} of image ${image}`, 'Leave out dropout and noise: training: false.');
        }
      }
    }),

    'different images make different features': on(async ([features], images) => {
      const rows = await (features as Output).read(images);
      for (const [one, other] of [[0, 1] as const, [0, 2] as const, [1, 2] as const]) {
        if (farApart(rows[one] ?? [], rows[other] ?? [], tolerance)) continue;
        const cure = 'Look for activations that are 0 everywhere, and for images taken as bytes where they are in [-1, 1].';
        throw failure('different features of noise of different contrast', `the same of images ${one} and ${other}`, cure);
      }
    }),

    'logits are those of its features': on(async ([features, logits], images, extractor) => {
      if (!isClassifier(extractor)) return;
      const ofFeatures = outputOf('logits of features', extractor.classes, async (all) => {
        const made = await extractor.features(all);
        try {
          return await extractor.logitsOfFeatures(made);
        } finally {
          made.dispose();
        }
      });
      const [rows, same] = [await (logits as Output).read(images), await ofFeatures.read(images)];
      for (const [image, row] of rows.entries()) {
        const found = farApart(row, same[image] ?? [], tolerance);
        if (found) throw failure(`the same logits of image ${image} by way of ${features?.what}`, found, 'Make logits of the very features that it gives.');
      }
    }),

    'images stay as they are': on(async (outputs, images) => {
      const before = await valuesOf(images);
      for (const { what, read } of outputs) {
        await read(images);
        const cure = 'They belong to whoever gave them: make new tensors, and dispose only of those.';
        if (images.isDisposed) throw failure(`images to be there when their ${what} are`, 'disposed ones', cure);
        const found = difference(before, await valuesOf(images));
        if (found) throw failure(`images to be the same when their ${what} are made`, found, cure);
      }
    }),

    'no tensor is left behind': async () => {
      const look = on(async (outputs, images) => {
        for (const { what, read } of outputs) {
          // What is made at the first look may be kept for the next.
          await read(images);
          await expectNoLeak(`the making of ${what}`, async () => void (await read(images)));
        }
      });
      // And what make() keeps for all.
      await look();
      await expectNoLeak('an extractor from make() to dispose()', look);
    },
  });
}

function outputsOf(extractor: FeatureExtractor): readonly Output[] {
  const features = outputOf('features', extractor.dimensions, (images) => extractor.features(images));
  return isClassifier(extractor) ? [features, outputOf('logits', extractor.classes, (images) => extractor.logits(images))] : [features];
}

function outputOf(what: string, width: number, make: (images: tf.Tensor4D) => tf.Tensor2D | Promise<tf.Tensor2D>): Output {
  return {
    what,
    width,
    read: async (images, look) => {
      const [count] = images.shape;
      const made = await make(images);
      try {
        await look?.(made);
        const values = Float32Array.from(await valuesOf(made));
        // By what came, not by what was said: that has a check of its own.
        return Array.from({ length: count }, (_, row) => values.subarray((row * values.length) / count, ((row + 1) * values.length) / count));
      } finally {
        tf.dispose(made);
      }
    },
  };
}

function isClassifier(extractor: FeatureExtractor): extractor is Classifier {
  return 'logits' in extractor;
}

function describesItself(extractor: FeatureExtractor): void {
  const { name, dimensions } = extractor;
  if (typeof name !== 'string' || name === '')
    throw failure('the extractor to have a name', String(name), 'Give it one: statistics of features are only compared under one name.');
  const counts = { dimensions, ...(isClassifier(extractor) && { classes: extractor.classes }) };
  for (const [what, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1) throw failure(`${what} to be a positive integer`, String(count), 'Say how many numbers an image makes.');
  }
}

/** Noise in [-1, 1], of a brightness and a contrast that differ: a network whose weights are random too tells such images apart. */
function different(count: number, shape: readonly [number, number, number]): tf.Tensor4D {
  return tf.tidy(() => {
    const noise = rng(1)
      .fork('images')
      .uniform([count, ...shape], -1, 1);
    const contrast = tf.tensor4d(
      Array.from({ length: count }, (_, i) => (i + 1) / (count + 1)),
      [count, 1, 1, 1],
    );
    const brightness = tf.mul(
      tf.sub(1, contrast),
      tf.tensor4d(
        Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1)),
        [count, 1, 1, 1],
      ),
    );
    return tf.add<tf.Tensor4D>(tf.mul(noise, contrast), brightness);
  });
}

function part(images: tf.Tensor4D, image: number): tf.Tensor4D {
  return tf.tidy(() => tf.slice(images, image, 1));
}
