import * as tf from '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, expect, test } from 'vitest';
import { convolve, filterSize, inputSize } from './reference.ts';
import { convGrid, expectClose, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

test.each(convGrid())('$name', ({ conv, strides, pad }) => {
  const x = values(inputSize(conv), 1);
  const w = values(filterSize(conv), 2);
  tf.tidy(() => {
    const input: Tensor4D = tf.tensor4d(x, [conv.batch, conv.rows.input, conv.columns.input, conv.inChannels]);
    const filter: Tensor4D = tf.tensor4d(w, [conv.rows.filter, conv.columns.filter, conv.inChannels, conv.outChannels]);
    const actual = tf.conv2d(input, filter, strides, pad);
    expect(actual.shape).toEqual([conv.batch, conv.rows.output, conv.columns.output, conv.outChannels]);
    expectClose(actual, convolve(conv, x, w));
  });
});

test('a numeric pad rounds up where asked to', () => {
  tf.tidy(() => {
    const x = tf.ones<tf.Rank.R4>([1, 4, 6, 1]);
    const y = tf.conv2d(x, tf.ones<tf.Rank.R4>([3, 2, 1, 1]), [2, 3], 0, 'NHWC', 1, 'ceil');
    expect(y.shape).toEqual([1, 2, 3, 1]);
    expectClose(y, [6, 6, 0, 4, 4, 0]);
  });
});
