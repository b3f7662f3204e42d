import { failuresOf } from '@ganzoo/core/testing';
import type { Classifier, FeatureExtractor } from '@ganzoo/metrics';
import { extractorSuite } from '@ganzoo/metrics/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

type Make = (images: tf.Tensor4D) => tf.Tensor2D | Promise<tf.Tensor2D>;

/** Twelve pixels as they are. */
const pixels: Make = (images) => tf.tidy(() => tf.reshape<tf.Rank.R2>(images, [images.shape[0], 12]));
const sound: FeatureExtractor = { name: 'own', dimensions: 12, features: pixels };
const after =
  (change: (features: tf.Tensor2D) => tf.Tensor): Make =>
  (images) =>
    tf.tidy(() => change(pixels(images) as tf.Tensor2D) as tf.Tensor2D);
type Change = (features: tf.Tensor2D) => tf.Tensor;
const classifier = (change: Change = (features) => tf.slice(features, 0, [-1, 3]), more: Partial<Classifier> = {}): Classifier => ({
  ...sound,
  classes: 3,
  logits: after(change),
  logitsOfFeatures: (features) => tf.tidy(() => change(features) as tf.Tensor2D),
  dispose: () => undefined,
  ...more,
});

const says = 'it says its name and how many numbers it makes';
const form = 'images become rows of finite numbers, as many as it says';
const single = 'a batch may be a single image';
const order = 'rows come in the order of the images';
const alone = 'an image makes the same whatever else is in its batch';
const repeats = 'the same images make the same';
const differs = 'different images make different features';
const ofFeatures = 'logits are those of its features';
const stays = 'images stay as they are';
const leak = 'no tensor is left behind';
const uncarried = 'expected the check to be carried out, got';
const gone = "got 'Error: Tensor is disposed.'";

let calls = 0;
const broken: readonly [string, () => FeatureExtractor, Readonly<Record<string, string>>][] = [
  ['has no name', () => ({ ...sound, name: '' }), { [says]: 'expected the extractor to have a name, got . Give it one' }],
  [
    'does not know its dimensions',
    () => ({ ...sound, dimensions: Number.NaN }),
    { [says]: 'expected dimensions to be a positive integer, got NaN', [form]: 'shape [3, NaN], got shape [3, 12]', [single]: 'shape [1, NaN]' },
  ],
  [
    'makes other dimensions than it says',
    () => ({ ...sound, dimensions: 10 }),
    {
      [form]: 'features to be a tensor of float32 values and shape [3, 10], got shape [3, 12]',
      [single]: 'shape [1, 10], got shape [1, 12]',
    },
  ],
  [
    'leaves the image whole',
    () => ({ ...sound, features: ((images: tf.Tensor4D) => tf.clone(images)) as unknown as Make }),
    { [form]: 'shape [3, 12], got shape [3, 2, 2, 3]', [single]: 'of a single image' },
  ],
  [
    'makes integers',
    () => ({ ...sound, features: after((features) => tf.cast(tf.mul(features, 100), 'int32')) }),
    { [form]: 'got int32', [single]: 'got int32' },
  ],
  [
    'makes NaN',
    () => ({ ...sound, features: after((features) => tf.where(tf.greater(features, 0), features, Number.NaN)) }),
    { [form]: 'expected features to be finite, got NaN at value' },
  ],
  [
    'takes no single image',
    () => ({ ...sound, features: after((features) => (features.shape[0] === 1 ? tf.squeeze(features, [0]) : features)) }),
    { [single]: 'shape [1, 12], got shape [12]' },
  ],
  [
    'sorts the images',
    () => ({ ...sound, features: after((features) => tf.gather(features, tf.topk(tf.sum(features, 1), features.shape[0]).indices)) }),
    { [order]: 'expected features in the order of the images', [alone]: 'expected the same features of image' },
  ],
  [
    'normalizes by the batch',
    () => ({ ...sound, features: after((features) => tf.sub(features, tf.mean(features, 0))) }),
    { [alone]: 'expected the same features of image 0 with others and alone, up to 0.0001 of the largest, got' },
  ],
  [
    'leaves its dropout on',
    () => ({ ...sound, features: after((features) => tf.add(features, 1e-6 * ++calls)) }),
    { [repeats]: 'expected the same features of the same images, got' },
  ],
  ['makes the same of all', () => ({ ...sound, features: after((features) => tf.onesLike(features)) }), { [differs]: 'got the same of images 0 and 1' }],
  ['has died', () => ({ ...sound, features: after((features) => tf.zerosLike(features)) }), { [differs]: 'got the same of images 0 and 1' }],
  [
    'disposes of the images',
    () => ({ ...sound, features: (images) => [pixels(images), images.dispose()][0] as tf.Tensor2D }),
    { [stays]: 'got disposed ones', [alone]: uncarried, [repeats]: uncarried, [leak]: uncarried },
  ],
  [
    'rescales the images where they are',
    () => ({
      ...sound,
      features: (images) => {
        // No op changes a tensor, so that its values change places with others.
        const half = tf.mul(images, 0.5);
        const { dataId } = images;
        Object.assign(images, { dataId: half.dataId });
        Object.assign(half, { dataId }).dispose();
        return pixels(images);
      },
    }),
    {
      [alone]: 'of image 0 with others and alone',
      [repeats]: 'the same features of the same images',
      [stays]: 'expected images to be the same when their features are made, got',
    },
  ],
  [
    'keeps a copy',
    () => ({ ...sound, features: (images) => (tf.keep(tf.clone(images)), pixels(images)) }),
    { [leak]: 'expected no tensor to be left behind by the making of features, got 1' },
  ],
  ['gives the same tensor twice', () => recycling(), { [order]: gone, [alone]: gone, [repeats]: gone, [leak]: gone }],
  [
    'does not give back its weights',
    () => Object.assign(classifier(), { weights: tf.zeros([3]) }),
    { [leak]: 'left behind by an extractor from make() to dispose(), got 1' },
  ],
  [
    'makes other classes than it says',
    () => classifier(undefined, { classes: 4 }),
    { [form]: 'logits to be a tensor of float32 values and shape [3, 4], got shape [3, 3]', [single]: 'logits of a single image' },
  ],
  [
    'does not know its classes',
    () => classifier(undefined, { classes: 0 }),
    { [says]: 'expected classes to be a positive integer, got 0', [form]: 'shape [3, 0]', [single]: 'shape [1, 0]' },
  ],
  ['has infinite logits', () => classifier((features) => tf.fill([features.shape[0], 3], Infinity)), { [form]: 'expected logits to be finite, got Infinity' }],
  [
    'makes other logits of its features',
    () => classifier(undefined, { logitsOfFeatures: (features) => tf.tidy(() => tf.neg(tf.slice(features, 0, [-1, 3]))) }),
    { [ofFeatures]: 'expected the same logits of image 0 by way of features, got' },
  ],
];

/** Makes its features once and for all. */
function recycling(): FeatureExtractor {
  let kept: tf.Tensor2D | undefined;
  return { ...sound, features: (images) => (kept ??= pixels(images) as tf.Tensor2D) };
}

let shift: tf.Tensor | undefined;
const shifting: FeatureExtractor = {
  ...sound,
  features: (images) => {
    shift ??= tf.ones([12]);
    return tf.tidy(() => tf.add(pixels(images) as tf.Tensor2D, shift as tf.Tensor));
  },
};

const suite = (make: () => FeatureExtractor | Promise<FeatureExtractor>) => extractorSuite({ make, imageShape: [2, 2, 3], backends: ['cpu'] });

describe('the suite of extractors catches one that', () => {
  it.each(broken)('%s', async (_, make, expected) => {
    expect(await failuresOf(suite(make))).toEqual(Object.fromEntries(Object.entries(expected).map(([name, part]) => [name, expect.stringContaining(part)])));
  });
});

describe('the suite of extractors accepts', () => {
  it.each<[string, () => FeatureExtractor | Promise<FeatureExtractor>]>([
    ['a function of images', () => sound],
    ['one that takes its time', async () => ({ ...sound, features: async (images) => pixels(images) })],
    ['a classifier', () => classifier()],
    ['one that makes its weights at the first look', () => shifting],
    [
      'one that uses itself',
      () =>
        ({
          ...sound,
          scale: 2,
          features(images) {
            return tf.tidy(() => tf.mul(pixels(images) as tf.Tensor2D, this.scale));
          },
        }) as FeatureExtractor & { scale: number },
    ],
  ])('%s', async (_, make) => expect(await failuresOf(suite(make))).toEqual({}));
});

it('the suite of extractors refuses options that it does not know', () => {
  expect(() => extractorSuite({ make: () => sound, imageShape: [2, 2, 3], shape: 3 } as never)).toThrow("unknown option 'shape'");
  expect(() => extractorSuite({ make: () => sound, imageShape: [2, 0, 3] })).toThrow('length 1 of imageShape must be an integer of at least 1, got 0.');
  expect(() => extractorSuite({ make: () => sound, imageShape: [2, 2, 3], tolerance: -1 })).toThrow('tolerance must be');
});
