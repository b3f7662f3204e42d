import * as tf from '@tensorflow/tfjs';
import { enableHigherOrderGradients } from '@ganzoo/core';

const INPUT = [2, 5, 4, 2] as const;
const FILTER = [3, 3, 2, 3] as const;
const OUTPUT = [2, 3, 2, 3] as const;
const STRIDE = 2;
// Where TensorFlow puts padding 'same' for these sizes: rows get 1 above and 1 below, columns 0 left and 1 right.
const PAD = [1, 0] as const;
/** Wide enough for the 10-bit mantissas of TensorFloat-32; a wrong kernel is off by about 1. */
const TOLERANCE = 0.02;

/**
 * Checks, on the active backend, a strided convolution, both of its gradients, and the gradient of a gradient penalty
 * through it and a tanh, against plain loops.
 *
 * @returns what is wrong, or undefined
 */
export async function selfTest(): Promise<string | undefined> {
  enableHigherOrderGradients();
  const x = waves(INPUT, 0.7, 1);
  const w = waves(FILTER, 1.3, 0.5);
  const dy = waves(OUTPUT, 2.1, 1);
  const expected = plainConvolution(x, w, dy);

  const results = tf.tidy(() => {
    const [input, filter, weights] = [tf.tensor4d(x, [...INPUT]), tf.tensor4d(w, [...FILTER]), tf.tensor4d(dy, [...OUTPUT])];
    const convolve = (input: tf.Tensor, filter: tf.Tensor): tf.Tensor4D => tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, STRIDE, 'same');
    const { grads } = tf.valueAndGrads((input: tf.Tensor, filter: tf.Tensor) => tf.sum(tf.mul(convolve(input, filter), weights)))([input, filter]);
    const slope = (filter: tf.Tensor): tf.Tensor => tf.grad((input) => tf.sum(tf.mul(tf.tanh(convolve(input, filter)), weights)))(input);
    const second = tf.grad((filter) => tf.sum(tf.square(slope(filter))))(filter);
    return [convolve(input, filter), grads[0] as tf.Tensor, grads[1] as tf.Tensor, second] as const;
  });
  try {
    const [y, dx, dw, second] = results;
    return (
      (await difference('conv2d', y, expected.y)) ??
      (await difference("conv2d's input gradient", dx, expected.dx)) ??
      (await difference("conv2d's filter gradient", dw, expected.dw)) ??
      (await difference(
        'a second derivative, through conv2d and tanh,',
        second,
        slopes((filter) => plainPenalty(x, filter, dy), w),
      ))
    );
  } finally {
    tf.dispose([...results]);
  }
}

async function difference(what: string, got: tf.Tensor, expected: Float64Array): Promise<string | undefined> {
  const values = await got.data();
  if (values.length !== expected.length) return `self-test: ${what} has ${values.length} values, expected ${expected.length}`;
  // Not `>`: a NaN must not pass.
  const wrong = expected.findIndex((value, index) => !(Math.abs(value - (values[index] as number)) <= TOLERANCE));
  return wrong < 0 ? undefined : `self-test: ${what} is wrong at value ${wrong}: expected ${expected[wrong]}, got ${values[wrong]}`;
}

function waves(shape: readonly number[], frequency: number, height: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => height * Math.sin(frequency * (i + 1)));
}

interface Plain {
  readonly y: Float64Array;
  readonly dx: Float64Array;
  readonly dw: Float64Array;
}

/** y = conv(x, w), and the gradients of sum(y * dy). */
function plainConvolution(x: ArrayLike<number>, w: ArrayLike<number>, dy: ArrayLike<number>): Plain {
  const [batch, height, width, channels] = INPUT;
  const [filterHeight, filterWidth, , filters] = FILTER;
  const [, outHeight, outWidth] = OUTPUT;
  const [y, dx, dw] = [new Float64Array(dy.length), new Float64Array(x.length), new Float64Array(w.length)];
  const add = (to: Float64Array, index: number, value: number): void => {
    to[index] = (to[index] as number) + value;
  };
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outHeight * outWidth * filters; o++) {
      const out = n * outHeight * outWidth * filters + o;
      const filter = o % filters;
      const top = Math.floor(o / (outWidth * filters)) * STRIDE - PAD[0];
      const left = (Math.floor(o / filters) % outWidth) * STRIDE - PAD[1];
      for (let tap = 0; tap < filterHeight * filterWidth * channels; tap++) {
        const row = top + Math.floor(tap / (filterWidth * channels));
        const column = left + (Math.floor(tap / channels) % filterWidth);
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const input = ((n * height + row) * width + column) * channels + (tap % channels);
        const weight = tap * filters + filter;
        add(y, out, (x[input] as number) * (w[weight] as number));
        add(dx, input, (w[weight] as number) * (dy[out] as number));
        add(dw, weight, (x[input] as number) * (dy[out] as number));
      }
    }
  }
  return { y, dx, dw };
}

/** The squared length of the gradient of sum(tanh(conv(x, w)) * dy) by x. */
function plainPenalty(x: ArrayLike<number>, w: ArrayLike<number>, dy: ArrayLike<number>): number {
  const { y } = plainConvolution(x, w, dy);
  const { dx } = plainConvolution(
    x,
    w,
    y.map((value, index) => (dy[index] as number) * (1 - Math.tanh(value) ** 2)),
  );
  return dx.reduce((sum, value) => sum + value * value, 0);
}

/** The gradient of a function, by finite differences. */
function slopes(f: (at: Float64Array) => number, at: ArrayLike<number>): Float64Array {
  const step = 1e-4;
  return Float64Array.from(at, (value, index) => {
    const [low, high] = [Float64Array.from(at), Float64Array.from(at)];
    low[index] = value - step;
    high[index] = value + step;
    return (f(high) - f(low)) / (2 * step);
  });
}
