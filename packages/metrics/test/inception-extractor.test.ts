import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { inceptionExtractor } from '../src/inception/extractor.ts';
import type { FidInception } from '../src/inception/fid-inception.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('gives the network bytes of three channels, names its preprocessing, and leaves no tensor', async () => {
  const seen: number[][] = [];
  const look = async (pixels: tf.Tensor4D): Promise<tf.Tensor2D> => {
    seen.push(pixels.shape, [...pixels.dataSync()].map(Math.round));
    return tf.zeros([pixels.shape[0], 3]);
  };
  const network = { preprocessing: 'clean', features: look, logits: look, dispose: () => undefined } as unknown as FidInception;
  const extractor = inceptionExtractor(network);
  expect(extractor).toMatchObject({ name: 'fidInception clean', dimensions: 2048, classes: 1008 });
  const before = tf.memory().numTensors;
  const grey = tf.tensor4d([-1, 0.2], [1, 1, 2, 1]);
  const color = tf.tensor4d([-1, 0, 1], [1, 1, 1, 3]);
  tf.dispose([await extractor.features(grey), await extractor.logits(color)]);
  expect(seen).toEqual([
    [1, 1, 2, 3],
    [0, 0, 0, 153, 153, 153],
    [1, 1, 1, 3],
    [0, 128, 255],
  ]);
  tf.dispose([grey, color]);
  expect(tf.memory().numTensors).toBe(before);
});
