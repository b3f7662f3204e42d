import { arrayDataset, rng, type BatchRequest, type Dataset, type Drawn } from '@ganzoo/core';
import { datasetSuite } from '@ganzoo/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectFailures } from './testing-support.ts';

const backends = ['cpu'];
const sampleShape = [2];
const values = Float32Array.from({ length: 26 }, (_, i) => Math.sin(i));
const sound = arrayDataset({ name: 'own', values, sampleShape, labels: Array.from({ length: 13 }, (_, i) => i % 3) });

/** The sound dataset with its batches changed on their way. */
function changed(change: (drawn: Drawn, index: number) => Drawn, request: (given: BatchRequest) => BatchRequest = (given) => given): Dataset {
  return {
    ...sound,
    async *batches(given) {
      let index = 0;
      for await (const drawn of sound.batches(request(given))) yield change(drawn, index++);
    },
  };
}

/** A change of the samples, which gives back those that were. */
function resampled(change: (samples: tf.Tensor) => tf.Tensor): Dataset {
  return changed(({ batch, cursor }) => {
    const samples = tf.tidy(() => change(batch.samples));
    batch.samples.dispose();
    return { batch: { ...batch, samples }, cursor };
  });
}

function relabelled(change: (labels: tf.Tensor, cursor: unknown) => tf.Tensor | undefined): Dataset {
  return changed(({ batch: { samples, labels }, cursor }) => {
    const given = tf.tidy(() => change(labels as tf.Tensor, cursor));
    labels?.dispose();
    return { batch: { samples, ...(given && { labels: given }) }, cursor };
  });
}

/** A walk of one's own over the sound batches. */
function walking(walk: (batches: AsyncIterator<Drawn>, size: number) => AsyncGenerator<Drawn>): Dataset {
  return {
    ...sound,
    async *batches(request) {
      const batches = sound.batches(request)[Symbol.asyncIterator]();
      yield* walk(batches, request.size);
    },
  };
}

const next = async (batches: AsyncIterator<Drawn>): Promise<Drawn> => (await batches.next()).value as Drawn;

const onePass = walking(async function* (batches, size) {
  for (let seen = 0; seen < 13; seen += size) yield next(batches);
});
const shortLast = changed(({ batch: { samples, labels }, cursor }) => {
  labels?.dispose();
  const [beyond, size] = [(cursor as number) % 13, samples.shape[0] as number];
  if (beyond >= size || cursor === size) return { batch: { samples }, cursor };
  samples.dispose();
  return { batch: { samples: tf.zeros([size - beyond, 2]) }, cursor };
});
const grasping = walking(async function* (batches) {
  for (;;) {
    const drawn = await next(batches);
    yield drawn;
    tf.dispose({ ...drawn.batch });
  }
});
const recycling = walking(async function* (batches) {
  const [drawn, other] = [await next(batches), await next(batches)];
  tf.dispose({ ...other.batch });
  for (;;) yield drawn;
});
const eager = walking(async function* (batches) {
  for (let drawn = await next(batches); ;) {
    const ahead = await next(batches);
    yield drawn;
    drawn = ahead;
  }
});

const form = 'batches have the size that was asked for and the shape of the data';
const single = 'a batch may be a single sample';
const labels = 'labels, if there are any, are int32 and one a sample';
const range = 'samples are finite and in the range of the data';
const streams = 'the same stream gives the same batches, another one others';
const cursors = 'a cursor goes on exactly where it was';
const endless = 'batches have no end, and one size';
const owner = 'batches belong to whoever draws them';

const broken: readonly [string, Dataset, Readonly<Record<string, string>>][] = [
  [
    'gives integers',
    resampled((samples) => tf.cast(samples, 'int32')),
    { [form]: "the samples of 'own' to be a tensor of float32 values and shape [5, 2], got int32", [single]: 'got int32' },
  ],
  ['gives samples of another shape', resampled((samples) => tf.expandDims(samples, 1)), { [form]: 'got shape [5, 1, 2]', [single]: 'got shape [1, 1, 2]' }],
  ['says another shape', { ...sound, sampleShape: [3] }, { [form]: "expected 'own' to say that samples are [2], got [3]" }],
  [
    'gives no single samples',
    changed(
      (drawn) => drawn,
      (given) => ({ ...given, size: Math.max(2, given.size) }),
    ),
    { [single]: 'got shape [2, 2]' },
  ],
  [
    'gives float labels',
    relabelled((given) => tf.cast(given, 'float32')),
    { [labels]: "the labels of 'own' to be a tensor of int32 values and shape [5], got float32" },
  ],
  ['gives one-hot labels', relabelled((given) => tf.oneHot(given as tf.Tensor1D, 3)), { [labels]: 'got shape [5, 3]' }],
  [
    'gives labels of classes that are not',
    relabelled((given) => tf.add(given, tf.scalar(1, 'int32'))),
    { [labels]: "the labels of 'own' to be in [0, 2], got 3 at value" },
  ],
  ['gives labels now and then', relabelled((given, cursor) => (cursor === 10 ? undefined : tf.clone(given))), { [labels]: 'got some with and some without' }],
  ['gives NaN', resampled((samples) => tf.div(samples, 0)), { [range]: "the samples of 'own' to be finite, got" }],
  ['does not keep its range', resampled((samples) => tf.mul(samples, 2)), { [range]: "expected the samples of 'own' to be in [-0.99" }],
  [
    'has one order for all',
    changed(
      (drawn) => drawn,
      (given) => ({ ...given, rng: rng(0) }),
    ),
    { [streams]: "expected another stream to give other batches of 'own', got the same three" },
  ],
  [
    'draws by itself',
    resampled((samples) => tf.add(samples, tf.mul(tf.randomUniform(samples.shape), 1e-4))),
    { [streams]: 'expected the same stream to give the same batches', [cursors]: 'to go on the same' },
  ],
  [
    'has cursors of the beginning',
    changed(({ batch, cursor }) => ({ batch, cursor: (cursor as number) - 5 })),
    { [cursors]: "expected 'own' to go on the same from the cursor 0, got" },
  ],
  ['has no cursor', changed(({ batch }) => ({ batch, cursor: null })), { [cursors]: 'from the cursor null' }],
  [
    'counts from its resume',
    changed(({ batch, cursor }, index) => ({ batch, cursor: index === 0 ? cursor : (cursor as number) + 1 })),
    { [cursors]: 'the cursors of' },
  ],
  [
    'keeps a copy',
    changed((drawn) => (tf.keep(tf.clone(drawn.batch.samples)), drawn)),
    { [owner]: "expected no tensor to be left behind by drawing from 'own', got 2" },
  ],
  ['ends', onePass, { [endless]: "expected 'own' to begin again when it is over, got an end after 2 batches of 7" }],
  ['has shorter batches at the end of a pass', shortLast, { [endless]: "expected every batch of 'own' to have 7 samples, got" }],
  ['disposes what it gave', grasping, { [owner]: "expected batches of 'own' to stay until they are disposed, got a disposed one" }],
  [
    'gives one tensor for all',
    recycling,
    {
      ...Object.fromEntries(
        [labels, range, streams, cursors].map((check) => [check, "expected the check to be carried out, got 'Error: Tensor is disposed.'. The cause"]),
      ),
      [owner]: "expected batches of 'own' to be tensors of their own, got the same one twice",
    },
  ],
  ['forgets what it drew ahead', eager, { [owner]: "left behind by drawing from 'own', got 2" }],
];

describe('the suite of datasets catches one that', () => {
  it.each(broken)('%s', (_, dataset, expected) => expectFailures(datasetSuite({ make: () => dataset, sampleShape, classes: 3, backends }), expected));
});

describe('the suite of datasets accepts', () => {
  const { size: _, range: __, sampleShape: ___, ...silent } = sound;

  it.each<[string, Dataset]>([
    ['one with labels', sound],
    ['one that says nothing of itself', silent],
    ['one without labels', arrayDataset({ name: 'own', values, sampleShape })],
  ])('%s', (_, dataset) => expectFailures(datasetSuite({ make: async () => dataset, sampleShape, backends }), {}));
});
