/**
 * What metrics say of sets of real digits with one thing wrong: the table of the guide on metrics.
 * `pnpm --filter @ganzoo/bench mistakes`, a few minutes on any backend. Results go to `results/mistakes.json`.
 */
import { writeFileSync } from 'node:fs';
import { rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import {
  classBalance,
  densityCoverage,
  extractFeatures,
  featureLogits,
  frechetDistance,
  inceptionScore,
  kernelDistance,
  mnistClassifier,
  precisionRecall,
  type FlatPoints,
} from '@ganzoo/metrics';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly score: number;
  readonly distance: number;
  readonly kernelDistance: number;
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
  readonly classKl: number;
}

export interface Mistakes {
  readonly samples: number;
  readonly rows: readonly Row[];
  /** Distances of that many training digits from as many test digits. */
  readonly bySize: readonly { readonly samples: number; readonly distance: number; readonly kernelDistance: number }[];
  /** Inception scores of the test digits, in ten parts. */
  readonly order: { readonly shuffled: number; readonly sorted: number };
}

const samples = 5000;
const { device } = await useBackend();
console.log(device);
const judge = await mnistClassifier();
const [train, test] = [await first('train', 20_000), await first('test', 10_000)];
const real = await judged(tf.tidy(() => tf.slice(test.images, 0, samples)));

const rows: Row[] = [];
const start = tf.slice(train.images, 0, samples);
await compare('training digits', tf.clone(start));
await compare(
  'no sevens',
  chosen((label) => label !== 7),
);
await compare('one image of each digit, 500 times', repeated(10));
await compare('100 images of each digit, 5 times', repeated(1000));
await compare(
  'with noise of deviation 0.2',
  tf.tidy(() => tf.clipByValue(tf.add(start, tf.mul(rng(1).normal(start.shape), 0.2)), -1, 1)),
);
await compare(
  'a pixel to the right',
  tf.tidy(() =>
    tf.pad(
      tf.slice(start, [0, 0, 0, 0], [-1, -1, 27, -1]),
      [
        [0, 0],
        [0, 0],
        [1, 0],
        [0, 0],
      ],
      -1,
    ),
  ),
);
await compare('black on white', tf.neg(start));
await compare(
  'in [0, 1] and not in [-1, 1]',
  tf.tidy(() => tf.div(tf.add(start, 1), 2)),
);
start.dispose();

const bySize = [];
for (const size of [250, 500, 1000, 2000, 5000, 10_000]) {
  const [a, b] = [await featuresOf(train.images, size), await featuresOf(test.images, size)];
  const subsetSize = Math.min(1000, size);
  bySize.push({ samples: size, distance: round(await frechetDistance(a, b)), kernelDistance: round((await kernelDistance(a, b, { subsetSize })).mean) });
  console.log(bySize.at(-1));
}

const sorted = tf.tidy(() =>
  tf.gather(
    test.images,
    [...test.labels.keys()].toSorted((a, b) => (test.labels[a] as number) - (test.labels[b] as number)),
  ),
);
const { logits } = await judged(sorted);
const order = { shuffled: round((await inceptionScore(logits)).mean), sorted: round((await inceptionScore(logits, { shuffle: false })).mean) };
const result: Mistakes = { samples, rows, bySize, order };
writeFileSync(new URL('../../results/mistakes.json', import.meta.url), `${JSON.stringify(result, null, 1)}\n`);
process.exit();

async function compare(name: string, images: tf.Tensor): Promise<void> {
  const { features, logits } = await judged(images);
  const row = {
    name,
    score: round((await inceptionScore(logits)).mean),
    distance: round(await frechetDistance(real.features, features)),
    kernelDistance: round((await kernelDistance(real.features, features)).mean),
    ...(await precisionRecall(real.features, features)),
    ...(await densityCoverage(real.features, features)),
    classKl: round((await classBalance(logits, { reference: real.logits })).kl),
  };
  rows.push(row);
  console.log(row);
}

/** Disposes the images. */
async function judged(images: tf.Tensor): Promise<{ features: FlatPoints; logits: FlatPoints }> {
  const features = await extractFeatures({ images, extractor: judge, batchSize: 250 });
  images.dispose();
  return { features, logits: await featureLogits(features, judge) };
}

async function featuresOf(images: tf.Tensor4D, count: number): Promise<FlatPoints> {
  return extractFeatures({ images, extractor: judge, samples: count, batchSize: 250 });
}

/** The first training digits whose label is wanted. */
function chosen(isWanted: (label: number) => boolean): tf.Tensor {
  const indices = [...train.labels.keys()].filter((i) => isWanted(train.labels[i] as number));
  return tf.gather(train.images, indices.slice(0, samples));
}

/** The first `different` digits, as many of each class, over and over. */
function repeated(different: number): tf.Tensor {
  const each = different / 10;
  const indices = Array.from({ length: 10 }, (_, digit) => [...train.labels.keys()].filter((i) => train.labels[i] === digit).slice(0, each)).flat();
  return tf.gather(
    train.images,
    Array.from({ length: samples }, (_, i) => indices[i % different] as number),
  );
}

/** In an order of their own. */
async function first(split: 'train' | 'test', size: number): Promise<{ images: tf.Tensor4D; labels: Int32Array }> {
  for await (const { batch } of (await mnist({ split })).batches({ size, rng: rng(0) })) {
    const labels = await (batch.labels as tf.Tensor).data<'int32'>();
    return { images: batch.samples as tf.Tensor4D, labels };
  }
  throw new Error(`no ${split} digits`);
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
