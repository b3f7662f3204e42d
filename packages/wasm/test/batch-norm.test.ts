import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, expect, test } from 'vitest';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

test.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])('offset %s, scale %s', (hasOffset, hasScale) => {
  const shape: [number, number, number, number] = [3, 4, 5, 7];
  const x = values(420, 1).map((value) => value + 3);
  const [mean, variance, offset, scale] = [2, 3, 4, 5].map((seed) => values(7, seed).map((value) => value + 1.5));
  const expected = x.map((value, i) => {
    const c = i % 7;
    const normalized = ((value - mean![c]!) / Math.sqrt(variance![c]! + 0.01)) * (hasScale ? scale![c]! : 1);
    return normalized + (hasOffset ? offset![c]! : 0);
  });
  expectNoLeak(() =>
    tf.tidy(() => {
      const vector = (data: Float32Array | undefined): Tensor1D => tf.tensor1d(data!);
      const input = tf.tensor4d(x, shape);
      const actual = tf.batchNorm(input, vector(mean), vector(variance), hasOffset ? vector(offset) : undefined, hasScale ? vector(scale) : undefined, 0.01);
      expect(actual.shape).toEqual(shape);
      expectClose(actual, expected);
    }),
  );
});

test('a clone outlives what it was cloned from', () => {
  expectNoLeak(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const copy = x.clone();
    x.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    copy.dispose();
  });
});
