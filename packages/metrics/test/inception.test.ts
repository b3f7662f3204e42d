import '@ganzoo/wasm';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFidInception, type FidInception } from '../src/inception/fid-inception.ts';
import { foldedShapes, foldWeights } from '../src/inception/fold.ts';
import { convolutions, publishedShapes } from '../src/inception/parameters.ts';
import type { WeightTensor } from '../src/weights/tensor.ts';
import { differences, expectedOfTwin, relativeDifference } from './inception/agree.ts';
import { hashImages, hashWeights } from './inception/hash-weights.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

test('the network has the parts of the published file: 94 convolutions, 566 tensors with the 94 counts of batches', () => {
  expect(convolutions().length).toBe(94);
  const shapes = publishedShapes();
  expect(shapes.size + 94).toBe(566);
  const total = (names: (name: string) => boolean): number => [...shapes].filter(([name]) => names(name)).reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
  expect(total((name) => name.endsWith('.conv.weight'))).toBe(21_751_136);
  expect(total((name) => name.includes('.bn.'))).toBe(68_864);
  expect(total((name) => name.startsWith('fc.'))).toBe(2_065_392);
});

describe('with weights from a hash, as PyTorch', () => {
  let weights: Map<string, WeightTensor>;
  let network: FidInception;
  let before: number;
  beforeAll(async () => {
    expect(await tf.setBackend('wasm')).toBe(true);
    weights = hashWeights();
    before = tf.memory().numTensors;
    network = makeFidInception(foldWeights(weights, 'the hash'), 'legacy-tensorflow');
  });
  afterAll(() => network.dispose());

  test('features and logits of two images agree, and nothing is left behind', async () => {
    const tensors = tf.memory().numTensors;
    const found = await differences(network, expectedOfTwin(), []);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(Object.keys(found)).toEqual(['features2048', 'logits', 'biasedLogits']);
    for (const [name, difference] of Object.entries(found)) expect(difference, name).toBeLessThan(1e-4);
  });

  test('logits() looks at images itself, of any type of number', async () => {
    const both = tf.tensor4d(hashImages(), [2, 24, 40, 3], 'int32');
    const second = both.slice([1, 0, 0, 0], [1, 24, 40, 3]);
    const tensors = tf.memory().numTensors;
    const promise = network.logits(second, { bias: true });
    // Its owner may be done with it.
    second.dispose();
    const logits = await promise;
    expect(logits.shape).toEqual([1, 1008]);
    expect(relativeDifference(await logits.data(), Array.from(expectedOfTwin().get('biasedLogits') ?? []).slice(1008))).toBeLessThan(1e-4);
    logits.dispose();
    expect(tf.memory().numTensors).toBe(tensors - 1);
    both.dispose();
  });

  test('features of the third stage agree, at a peak of memory of a few layers', async () => {
    const images = tf.tensor4d(hashImages().slice(0, 24 * 40 * 3), [1, 24, 40, 3]);
    const before = tf.memory().numBytes;
    let features: tf.Tensor | undefined;
    // The type does not say so, but it waits.
    const { peakBytes } = await tf.profile((async () => (features = await network.features(images, { dimensions: 768 }))) as unknown as () => tf.Tensor);
    expect(features?.shape).toEqual([1, 768]);
    const theirs = Array.from(expectedOfTwin().get('features768') ?? []).slice(0, 768);
    expect(relativeDifference((await features?.data()) ?? [], theirs)).toBeLessThan(1e-4);
    // The input, and layers of 147 x 147 with 32 and 64 channels, of which TensorFlow has three each: without bias, with, and after the relu.
    expect(peakBytes - before).toBeLessThan(4 * (299 * 299 * 3 + 3 * 147 * 147 * (32 + 64)));
    tf.dispose([images, features as tf.Tensor]);
  });

  test('what it cannot look at is refused, and leaves nothing behind', async () => {
    const tensors = tf.memory().numTensors;
    const [grey, one, none] = [tf.zeros([1, 8, 8, 1]), tf.zeros([8, 8, 3]), tf.zeros([0, 8, 8, 3])] as unknown as tf.Tensor4D[];
    const shape = 'images must be a tensor of shape [n, height, width, 3] with values in [0, 255], got a tensor of shape';
    await expect(network.features(grey as tf.Tensor4D)).rejects.toThrow(`${shape} [1, 8, 8, 1]. Give grey images three equal channels`);
    await expect(network.features(one as tf.Tensor4D)).rejects.toThrow(`${shape} [8, 8, 3].`);
    await expect(network.logits(none as tf.Tensor4D)).rejects.toThrow(`${shape} [0, 8, 8, 3].`);
    await expect(network.features([[1]] as unknown as tf.Tensor4D)).rejects.toThrow('got object.');
    await expect(network.features(grey as tf.Tensor4D, { dimensions: 100 as 64 })).rejects.toThrow(
      "dimensions must be one of '64', '192', '768', '2048', got '100'.",
    );
    await expect(network.features(grey as tf.Tensor4D, { dims: 64 } as object)).rejects.toThrow("unknown option 'dims'. Valid options: dimensions.");
    expect(() => network.logitsOfFeatures(grey as unknown as tf.Tensor2D)).toThrow(
      'features must be of shape [n, 2048], as features() gives them, got [1, 8, 8, 1].',
    );
    await expect(network.logits(grey as tf.Tensor4D, { biased: true } as object)).rejects.toThrow();
    tf.dispose([grey, one, none]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('a disposed network says so, and has freed all', async () => {
    network.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
    await expect(network.features(images)).rejects.toThrow('the network is disposed; load it again by loadFidInception().');
    images.dispose();
  });

  describe('weights of another network are refused by name', () => {
    const first = 'Conv2d_1a_3x3.conv.weight';
    test.each<[string, (weights: Map<string, WeightTensor>) => unknown, string]>([
      ['one is missing', (weights) => weights.delete(first), `'x' has not the weights of the FID Inception network: '${first}' is missing. Pass pytorch-fid's`],
      [
        'all are missing',
        (weights) => weights.clear(),
        `'${first}', 'Conv2d_1a_3x3.bn.weight', 'Conv2d_1a_3x3.bn.bias', 'Conv2d_1a_3x3.bn.running_mean' and 468 more are missing`,
      ],
      ['one is added', (weights) => weights.set('AuxLogits.fc.bias', { shape: [1], values: new Float32Array(1) }), "'AuxLogits.fc.bias' does not belong there"],
      [
        '1000 classes',
        (weights) => weights.set('fc.bias', { shape: [1000], values: new Float32Array(1000) }),
        "'fc.bias' in 'x' has the shape [1000], expected [1008] of floats. Pass the published file.",
      ],
      [
        'integers',
        (weights) => weights.set('fc.bias', { shape: [1008], values: new BigInt64Array(1008) }),
        "'fc.bias' in 'x' has the shape [1008] of integers, expected [1008] of floats.",
      ],
    ])('%s', (_, change, message) => {
      const changed = new Map(weights);
      change(changed);
      expect(() => foldWeights(changed, 'x')).toThrow(message);
    });

    test('counts of batches may be there or not; what is folded has the shapes it says', () => {
      const counted = new Map(weights).set('Conv2d_1a_3x3.bn.num_batches_tracked', { shape: [], values: BigInt64Array.of(1n) });
      const folded = foldWeights(counted, 'x');
      expect(new Map([...folded].map(([name, { shape }]) => [name, shape]))).toEqual(foldedShapes());
    });
  });
});
