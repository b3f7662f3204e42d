import * as tf from '@tensorflow/tfjs';
import { gradientOf, none, runKernel } from './define.ts';

interface Pool {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4D = [number, number, number, number];

/** One spatial axis of a pool. */
interface Axis {
  readonly input: number;
  readonly output: number;
  readonly window: number;
  readonly stride: number;
  readonly before: number;
}

/** Of pools over images and of their gradients, which are linear in dy. */
export const poolingGradients: readonly tf.GradConfig[] = [
  gradientOf(tf.AvgPool, ['x'], (dy, { x }, pool: Pool) => ({ x: () => averageGradient(dy, x, pool) })),
  gradientOf(tf.AvgPoolGrad, ['input'], (ddx, { input }, pool: Pool) => ({
    dy: () => runKernel(tf.AvgPool, { x: ddx }, pool),
    input: none(input),
  })),
  gradientOf(tf.MaxPool, ['x', 'result'], (dy, { x, result }, pool: Pool) => ({
    x: () => runKernel(tf.MaxPoolGrad, { dy, input: x, output: result }, pool),
  })),
  gradientOf(tf.MaxPoolGrad, ['input', 'output'], (ddx, { input, output }, pool: Pool) => ({
    dy: () => atMaxima(ddx, input, output, pool),
    input: none(input),
    output: none(output),
  })),
];

function axesOf(inputShape: number[], { filterSize, strides, pad, dimRoundingMode }: Pool): [Axis, Axis] {
  const info = tf.backend_util.computePool2DInfo(inputShape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  return [
    { input: info.inHeight, output: info.outHeight, window: info.filterHeight, stride: info.strideHeight, before: info.padInfo.top },
    { input: info.inWidth, output: info.outWidth, window: info.filterWidth, stride: info.strideWidth, before: info.padInfo.left },
  ];
}

/** `[1, rows, columns, 1]` of a product of something for each row and something for each column. */
function plane(rows: readonly number[], columns: readonly number[]): tf.Tensor {
  return tf.mul(tf.tensor(rows, [1, rows.length, 1, 1]), tf.tensor(columns, [1, 1, columns.length, 1]));
}

/** How many inputs each window of an axis holds, the padding not counted. */
function counts({ input, output, window, stride, before }: Axis): number[] {
  return Array.from({ length: output }, (_, i) => {
    const start = i * stride - before;
    return Math.min(start + window, input) - Math.max(start, 0);
  });
}

/**
 * Some backends share the gradient among the whole window and some among the part inside the image, as the average
 * itself does. So the kernel runs on an image that is padded first, where all windows are whole.
 */
function averageGradient(dy: tf.Tensor, x: tf.Tensor, pool: Pool): tf.Tensor {
  const [rows, columns] = axesOf(x.shape, pool);
  const whole = (axis: Axis): boolean => counts(axis).every((count) => count === axis.window);
  if (whole(rows) && whole(columns)) return runKernel(tf.AvgPoolGrad, { dy, input: x }, pool);
  const shares = (axis: Axis): number[] => counts(axis).map((count) => axis.window / count);
  const padded = ({ input, output, window, stride, before }: Axis): number => Math.max(before + input, (output - 1) * stride + window);
  const [batch, height, width, channels] = x.shape as Shape4D;
  const image = tf.zeros([batch, padded(rows), padded(columns), channels]);
  const shared = tf.mul(dy, plane(shares(rows), shares(columns)));
  const { filterSize, strides } = pool;
  const gradient = runKernel(tf.AvgPoolGrad, { dy: shared, input: image }, { filterSize, strides, pad: 'valid' });
  return tf.slice(gradient, [0, rows.before, columns.before, 0], [batch, height, width, channels]);
}

/**
 * What `values` hold where each window of `x` has its largest element.
 *
 * The gradient kernel itself is asked where that is, so that both always agree on ties: given ones for windows that do
 * not overlap, it marks their maxima, and a sum over each window finds its mark again.
 */
function atMaxima(values: tf.Tensor, x: tf.Tensor, y: tf.Tensor, pool: Pool): tf.Tensor {
  const [rows, columns] = axesOf(x.shape, pool);
  const sizes = plane(counts(rows), counts(columns));
  const apart = ({ window, stride }: Axis): number => Math.ceil(window / stride);
  const members = ({ output }: Axis, every: number, first: number): number[] => Array.from({ length: output }, (_, i) => (i % every === first ? 1 : 0));
  const found: tf.Tensor[] = [];
  for (let row = 0; row < apart(rows); row++) {
    for (let column = 0; column < apart(columns); column++) {
      const group = tf.mul(sizes, plane(members(rows, apart(rows), row), members(columns, apart(columns), column)));
      const marks = runKernel(tf.MaxPoolGrad, { dy: tf.mul(tf.onesLike(y), tf.sign(group)), input: x, output: y }, pool);
      found.push(tf.mul(runKernel(tf.AvgPool, { x: tf.mul(values, marks) }, pool), group));
    }
  }
  return tf.addN(found);
}
