import * as tf from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, expect, test } from 'vitest';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const ids = [2, 0, 2, -1, 4, 7, 2];

function segmentSum(x: ArrayLike<number>, length: number, segments: number): Float64Array {
  const out = new Float64Array(segments * length);
  ids.forEach((id, row) => {
    if (id < 0 || id >= segments) return;
    for (let i = 0; i < length; i++) out[id * length + i]! += x[row * length + i]!;
  });
  return out;
}

test.each([[[7]], [[7, 3]], [[7, 2, 5]]])('rows of %j', (shape) => {
  const x = values(
    shape.reduce((a, b) => a * b),
    1,
  );
  expectNoLeak(() =>
    tf.tidy(() => {
      const sums = tf.unsortedSegmentSum(tf.tensor(x, shape), tf.tensor1d(ids, 'int32'), 5);
      expect(sums.shape).toEqual([5, ...shape.slice(1)]);
      expectClose(sums, segmentSum(x, x.length / 7, 5));
    }),
  );
});

test('integers', () => {
  tf.tidy(() => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3, 4, 5, 6, 7], 'int32'), tf.tensor1d(ids, 'int32'), 3);
    expect(sums.dtype).toBe('int32');
    expect([...sums.dataSync()]).toEqual([2, 0, 11]);
  });
});

test('an embedding layer trains', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 2, embeddingsInitializer: tf.initializers.randomUniform({ seed: 1 }) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  const x = tf.tensor2d([0, 1, 2, 3, 4, 4], [3, 2], 'int32');
  const y = tf.tensor2d([1, -1, 0.5], [3, 1]);
  const first = (await model.trainOnBatch(x, y)) as number;
  let last = first;
  for (let step = 0; step < 20; step++) last = (await model.trainOnBatch(x, y)) as number;
  expect(last).toBeLessThan(first * 0.8);
});
