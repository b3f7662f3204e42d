import * as tf from '@tensorflow/tfjs';

const INPUT = [2, 5, 4, 2] as const;
const FILTER = [3, 3, 2, 3] as const;
const OUTPUT = [2, 3, 2, 3] as const;
const STRIDE = 2;
// Where TensorFlow puts padding 'same' for these sizes: rows get 1 above and 1 below, columns 0 left and 1 right.
const PAD = [1, 0] as const;
/** Wide enough for the 10-bit mantissas of TensorFloat-32; a wrong kernel is off by about 1. */
const TOLERANCE = 0.02;

/**
 * Checks a strided convolution and both of its gradients, on the active backend, against plain loops.
 *
 * @returns what is wrong, or undefined
 */
export async function selfTest(): Promise<string | undefined> {
  const x = waves(INPUT, 0.7);
  const w = waves(FILTER, 1.3);
  const dy = waves(OUTPUT, 2.1);
  const expected = plainConvolution(x, w, dy);

  const [y, dx, dw] = tf.tidy(() => {
    const filter = tf.tensor4d(w, [...FILTER]);
    const convolve = (input: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => tf.conv2d(input, kernel, STRIDE, 'same');
    const backward = tf.valueAndGrads((input: tf.Tensor, kernel: tf.Tensor) =>
      tf.sum(tf.mul(convolve(input as tf.Tensor4D, kernel as tf.Tensor4D), tf.tensor4d(dy, [...OUTPUT]))),
    );
    const input = tf.tensor4d(x, [...INPUT]);
    const { grads } = backward([input, filter]);
    return [convolve(input, filter), grads[0] as tf.Tensor, grads[1] as tf.Tensor];
  });
  try {
    return (
      (await difference('conv2d', y, expected.y)) ??
      (await difference("conv2d's input gradient", dx, expected.dx)) ??
      (await difference("conv2d's filter gradient", dw, expected.dw))
    );
  } finally {
    tf.dispose([y, dx, dw]);
  }
}

async function difference(what: string, got: tf.Tensor, expected: Float32Array): Promise<string | undefined> {
  const values = await got.data();
  if (values.length !== expected.length) return `self-test: ${what} has ${values.length} values, expected ${expected.length}`;
  // Not `>`: a NaN must not pass.
  const wrong = expected.findIndex((value, index) => !(Math.abs(value - (values[index] as number)) <= TOLERANCE));
  return wrong < 0 ? undefined : `self-test: ${what} is wrong at value ${wrong}: expected ${expected[wrong]}, got ${values[wrong]}`;
}

function waves(shape: readonly number[], frequency: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => Math.sin(frequency * (i + 1)));
}

/** y = conv(x, w), and the gradients of sum(y * dy). */
function plainConvolution(x: Float32Array, w: Float32Array, dy: Float32Array): { y: Float32Array; dx: Float32Array; dw: Float32Array } {
  const [batch, height, width, channels] = INPUT;
  const [filterHeight, filterWidth, , filters] = FILTER;
  const [, outHeight, outWidth] = OUTPUT;
  const [y, dx, dw] = [new Float32Array(dy.length), new Float32Array(x.length), new Float32Array(w.length)];
  const add = (to: Float32Array, index: number, value: number): void => {
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
