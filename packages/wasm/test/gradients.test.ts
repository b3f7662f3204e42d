import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { convolve, filterSize, inputGradient, inputSize, type Conv } from './reference.ts';
import { convCase, expectClose, expectNoLeak, values, type ConvCase } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

const cases = [
  convCase([2, 7, 5], [3, 3], [2, 2], 'same', [2, 3]),
  convCase([1, 6, 7], [4, 2], [1, 3], 'valid', [1, 2]),
  convCase([2, 7, 6], [3, 2], [3, 2], 1, [3, 1]),
].filter((entry): entry is ConvCase => entry !== undefined);

type Shape4D = [number, number, number, number];
const inputShape = (c: Conv): Shape4D => [c.batch, c.rows.input, c.columns.input, c.inChannels];
const filterShape = (c: Conv): Shape4D => [c.rows.filter, c.columns.filter, c.inChannels, c.outChannels];

/** The penalty of a linear critic on its input gradient: a float64 function of the filter alone, differentiated numerically. */
function penalty({ conv }: ConvCase, w: Float64Array, x: Float32Array): number {
  const scores = convolve(conv, x, w);
  const slope = scores.map((value) => 2 * value);
  return inputGradient(conv, slope, w).reduce((sum, value) => sum + value ** 2, 0);
}

function numericGradient(f: (w: Float64Array) => number, w: Float32Array): Float64Array {
  const at = Float64Array.from(w);
  return at.map((value, i) => {
    const step = 1e-4;
    const probe = (shift: number): number => {
      const moved = at.slice();
      moved[i] = value + shift;
      return f(moved);
    };
    return (probe(step) - probe(-step)) / (2 * step);
  });
}

describe.each(cases)('$name', (entry) => {
  const { conv, strides, pad } = entry;
  const x = values(inputSize(conv), 1);
  const w = values(filterSize(conv), 2);

  test('the filter gradient of a gradient penalty', () => {
    const critic = (input: Tensor, filter: Tensor): tf.Scalar => tf.sum(tf.square(tf.conv2d(input as Tensor4D, filter as Tensor4D, strides, pad)));
    expectNoLeak(() =>
      tf.tidy(() => {
        const input = tf.tensor4d(x, inputShape(conv));
        const gradient = tf.grad((filter) => {
          const slope = tf.grad((point) => critic(point, filter))(input);
          return tf.sum(tf.square(slope));
        })(tf.tensor4d(w, filterShape(conv)));
        expectClose(
          gradient,
          numericGradient((at) => penalty(entry, at, x), w),
        );
      }),
    );
  });

  test('the transposed convolution trains both its operands', () => {
    const c = values(inputSize(conv), 5);
    const outputShape: Shape4D = [conv.batch, conv.rows.output, conv.columns.output, conv.outChannels];
    const z = values(
      outputShape.reduce((a, b) => a * b),
      6,
    );
    expectNoLeak(() =>
      tf.tidy(() => {
        const weight = tf.tensor4d(c, inputShape(conv));
        const f = (input: Tensor, filter: Tensor): tf.Scalar =>
          tf.sum(tf.mul(weight, tf.conv2dTranspose(input as Tensor4D, filter as Tensor4D, inputShape(conv), strides, pad)));
        const [dz, dw] = tf.grads(f)([tf.tensor4d(z, outputShape), tf.tensor4d(w, filterShape(conv))]);
        expectClose(dz!, convolve(conv, c, w));
        const loss = (at: Float64Array): number => inputGradient(conv, z, at).reduce((sum, value, i) => sum + value * c[i]!, 0);
        expectClose(dw!, numericGradient(loss, w));
      }),
    );
  });
});

test('a dilated convolution refuses its gradient by name', () => {
  const x = tf.ones([1, 5, 5, 1]);
  const f = (input: Tensor): tf.Scalar => tf.sum(tf.conv2d(input as Tensor4D, tf.ones([2, 2, 1, 1]), 1, 'valid', 'NHWC', 2));
  expect(() => tf.grad(f)(x)).toThrow(/dilation rates greater than 1/);
});
