import * as tf from '@tensorflow/tfjs';
import { gradientOf, none, runKernel } from './define.ts';

interface Resize {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Shape4D = [number, number, number, number];
type Resizer = (images: tf.Tensor4D, size: [number, number], alignCorners?: boolean, halfPixelCenters?: boolean) => tf.Tensor4D;

/** Of resizing. Stock has wrong ones on the cpu backend and for half-pixel centers, and throws when differentiated again. */
export const resizeGradients: readonly tf.GradConfig[] = [
  // The kernel of the cpu backend is wrong for batches over 1.
  gradientOf(tf.ResizeNearestNeighbor, ['images'], (dy, { images }, resize: Resize) => ({
    images: () => addRepeated(dy, images.shape, resize) ?? transposed(dy, images.shape, resize, tf.image.resizeNearestNeighbor),
  })),
  // The kernel of the cpu backend swaps height and width in the shape of its result, and none knows half-pixel centers.
  gradientOf(tf.ResizeBilinear, ['images'], (dy, { images }, resize: Resize) => ({
    images: () =>
      resize.halfPixelCenters
        ? transposed(dy, images.shape, resize, tf.image.resizeBilinear)
        : tf.reshape(runKernel(tf.ResizeBilinearGrad, { dy, images }, resize), images.shape),
  })),
  gradientOf(tf.ResizeBilinearGrad, ['images'], (ddx, { images }, resize: Resize) => ({
    dy: () => tf.image.resizeBilinear(tf.reshape<tf.Rank.R4>(ddx, images.shape as Shape4D), resize.size, resize.alignCorners),
    images: none(images),
  })),
];

/** Where each pixel is repeated a whole number of times, their gradients are sums, and so averages, over blocks. */
function addRepeated(dy: tf.Tensor, shape: number[], { size, alignCorners }: Resize): tf.Tensor | undefined {
  const [, height, width] = shape as Shape4D;
  const block: [number, number] = [size[0] / height, size[1] / width];
  if (alignCorners || !block.every(Number.isInteger)) return undefined;
  return tf.mul(tf.avgPool(dy as tf.Tensor4D, block, block, 'valid'), block[0] * block[1]);
}

/**
 * Resizing is one matrix for the rows and one for the columns: what the active backend makes of the identity. The
 * gradient is by their transposes.
 */
function transposed(dy: tf.Tensor, shape: number[], { size, alignCorners, halfPixelCenters }: Resize, resizer: Resizer): tf.Tensor {
  const [batch, height, width, channels] = shape as Shape4D;
  const matrix = (input: number, output: number): tf.Tensor => {
    const identity = tf.reshape<tf.Rank.R4>(tf.eye(input), [1, input, 1, input]);
    return tf.reshape(resizer(identity, [output, 1], alignCorners, halfPixelCenters), [1, output, input]);
  };
  const rows = tf.matMul(matrix(height, size[0]), tf.reshape(dy, [batch, size[0], size[1] * channels]), true);
  const columns = tf.matMul(matrix(width, size[1]), tf.reshape(rows, [batch * height, size[1], channels]), true);
  return tf.reshape(columns, shape);
}
