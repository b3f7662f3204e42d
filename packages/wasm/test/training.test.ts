import * as tf from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, expect, test } from 'vitest';
import { values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

test('a stock layers model trains', async () => {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ kernelInitializer, inputShape: [12, 10, 1], filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      tf.layers.conv2dTranspose({ kernelInitializer, filters: 4, kernelSize: 4, strides: 2, padding: 'same' }),
      tf.layers.batchNormalization(),
      tf.layers.leakyReLU({ alpha: 0.2 }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ kernelInitializer, units: 1 }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const x = tf.tensor4d(values(8 * 120, 1), [8, 12, 10, 1]);
  const y = tf.tensor2d(values(8, 2), [8, 1]);
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) losses.push((await model.trainOnBatch(x, y)) as number);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.8);
  const tensors = tf.memory().numTensors;
  await model.trainOnBatch(x, y);
  expect(tf.memory().numTensors).toBe(tensors);
});
