/**
 * Trains the digit classifier that `mnistClassifier()` ships, and writes `../src/digits/weights.ts`:
 * `pnpm --filter @ganzoo/metrics train-classifier`, on native TensorFlow where it is installed.
 *
 * Batch normalization is folded into the convolutions, and the weights are kept as float16. The choice of the last epoch, and
 * of everything else, was made without looking at the test digits.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rng } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { decodeHalf, encodeHalf } from '../src/half.ts';
import { classes, digitFeatures, digitLogits, type DigitLayer } from '../src/digits/network.ts';
import { trainClassifier } from '../src/digits/training.ts';
import { distort } from './distort.ts';

const { values } = parseArgs({
  options: { epochs: { type: 'string', default: '10' }, seed: { type: 'string', default: '0' }, backend: { type: 'string', default: 'auto' } },
});
const [epochs, batchSize] = [Number(values.epochs), 128];
const root = rng(Number(values.seed));
const { device } = await useBackend(values.backend as 'auto');
console.log(device);

const [train, test] = [await digits('train'), await digits('test')];
const count = train.labels.length;
const stepsPerEpoch = Math.floor(count / batchSize);
let order: Uint32Array = new Uint32Array();
let [mean, started] = [0, performance.now()];
const live = await trainClassifier({
  imageShape: [28, 28, 1],
  classes,
  updates: epochs * stepsPerEpoch,
  rng: root,
  batch(update, stream) {
    const step = update % stepsPerEpoch;
    if (step === 0) order = root.fork(`order ${update / stepsPerEpoch}`).permutation(count);
    return batch(order.subarray(step * batchSize, (step + 1) * batchSize), stream);
  },
  async onUpdate(update, loss) {
    if (update % 50 === 0) mean += ((await loss.data())[0] as number) / Math.ceil(stepsPerEpoch / 50);
    if ((update + 1) % stepsPerEpoch !== 0) return;
    console.log(`epoch ${(update + 1) / stepsPerEpoch}: loss ${mean.toFixed(4)}, ${((performance.now() - started) / 1000).toFixed(0)} s`);
    [mean, started] = [0, performance.now()];
  },
});

const exact = folded();
const encoded = exact.map((weights) => encodeHalf(weights.dataSync<'float32'>()));
const kept = encoded.map((part, index) => tf.tensor(decodeHalf(part), (exact[index] as tf.Tensor).shape));
const halves = new Uint16Array(encoded.reduce((sum, { length }) => sum + length, 0));
encoded.reduce((at, part) => (halves.set(part, at), at + part.length), 0);
const accuracy = await accuracyOf(kept);
console.log(`${(100 * accuracy).toFixed(2)} % of the ${test.labels.length} test digits`);
writeFileSync(
  new URL('../src/digits/weights.ts', import.meta.url),
  `/** Made by training/mnist-classifier.ts: float16 in base64, and the share of the 10,000 test digits that it tells. */
export const testAccuracy = ${accuracy};
export const weights =
  '${Buffer.from(halves.buffer).toString('base64')}';
`,
);
process.exit();

/** Kernel and bias of each layer, with the moments of batch normalization in them. */
function folded(): tf.Tensor[] {
  const layers = live.model.layers.filter((layer) => layer.weights.length > 0);
  return layers.flatMap((layer, index) => {
    if (layer.getClassName() === 'Dense') return layer.getWeights();
    if (layer.getClassName() !== 'Conv2D') return [];
    const [gamma, beta, mean, variance] = (layers[index + 1] as tf.layers.Layer).getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const scale = tf.div(gamma, tf.sqrt(tf.add(variance, 1e-3)));
    return [tf.mul(layer.getWeights()[0] as tf.Tensor, scale), tf.sub(beta, tf.mul(mean, scale))];
  });
}

async function accuracyOf(kept: readonly tf.Tensor[]): Promise<number> {
  const layers: DigitLayer[] = [];
  for (let at = 0; at < kept.length; at += 2) layers.push({ kernel: kept[at] as tf.Tensor, bias: kept[at + 1] as tf.Tensor });
  let right = 0;
  for (let from = 0; from < test.labels.length; from += 500) {
    const x = tf.tensor4d(
      Float32Array.from(test.bytes.subarray(from * 784, (from + 500) * 784), (byte) => byte / 127.5 - 1),
      [500, 28, 28, 1],
    );
    const told = await tf.tidy(() => tf.argMax(digitLogits(layers, digitFeatures(layers, x)), 1)).data();
    told.forEach((label, i) => (right += label === test.labels[from + i] ? 1 : 0));
    x.dispose();
  }
  return right / test.labels.length;
}

/** Distorted digits and their classes. */
function batch(indices: Uint32Array, stream: ReturnType<typeof rng>): [tf.Tensor4D, tf.Tensor1D] {
  const pixels = new Float32Array(indices.length * 784);
  indices.forEach((index, row) => distort(train.bytes.subarray(index * 784, (index + 1) * 784), pixels.subarray(row * 784, (row + 1) * 784), stream));
  const labels = Int32Array.from(indices, (index) => train.labels[index] as number);
  return [tf.tensor4d(pixels, [indices.length, 28, 28, 1]), tf.tensor1d(labels, 'int32')];
}

async function digits(split: 'train' | 'test'): Promise<{ bytes: Uint8Array; labels: Int32Array }> {
  const dataset = await mnist({ split });
  const size = dataset.size as number;
  const [bytes, labels] = [new Uint8Array(size * 784), new Int32Array(size)];
  let at = 0;
  for await (const { batch } of dataset.batches({ size: 1000, rng: rng(0) })) {
    (await batch.samples.data()).forEach((value, i) => (bytes[at * 784 + i] = Math.round((value + 1) * 127.5)));
    labels.set(await (batch.labels as tf.Tensor).data<'int32'>(), at);
    tf.dispose([batch.samples, batch.labels as tf.Tensor]);
    at += 1000;
    if (at >= size) break;
  }
  return { bytes, labels };
}
