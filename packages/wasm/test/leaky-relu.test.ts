import * as tf from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

describe.each([[[7]], [[3, 5]], [[2, 4, 4, 3]], [[2, 8, 8, 16]], [[]]])('%j', (shape) => {
  test.each([0, 0.2, 1.5])('slope %d', (alpha) => {
    const x = values(
      shape.reduce((a, b) => a * b, 1),
      1,
    );
    const dy = values(x.length, 2);
    expectNoLeak(() =>
      tf.tidy(() => {
        const input = tf.tensor(x, shape);
        const f = (point: tf.Tensor): tf.Tensor => tf.leakyRelu(point, alpha);
        expectClose(
          f(input),
          x.map((value) => (value > 0 ? value : alpha * value)),
        );
        expectClose(
          tf.grad(f)(input, tf.tensor(dy, shape)),
          dy.map((value, i) => (x[i]! > 0 ? value : alpha * value)),
        );
      }),
    );
  });
});

test('its gradient can be differentiated again', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-2, -0.5, 0.5, 2]);
    const slope = tf.grad((point) => tf.sum(tf.square(tf.leakyRelu(point, 0.5))));
    expectClose(tf.grad((point) => tf.sum(slope(point)))(x), [0.5, 0.5, 2, 2]);
  });
});
