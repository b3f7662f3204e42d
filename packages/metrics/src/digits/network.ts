import * as tf from '@tensorflow/tfjs';

/** A layer's weights: a filter `[height, width, in, out]` or a matrix `[in, out]`, and a bias `[out]`. */
export interface DigitLayer {
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** Convolutions of the digit classifier, first to last. Each has a bias and a ReLU; padding is 'same'. */
export const convolutions: readonly { readonly kernel: number; readonly filters: number; readonly stride: number; readonly pooled?: boolean }[] = [
  { kernel: 5, filters: 32, stride: 1, pooled: true },
  { kernel: 3, filters: 64, stride: 1 },
  { kernel: 3, filters: 64, stride: 2 },
  { kernel: 3, filters: 96, stride: 1 },
  { kernel: 3, filters: 128, stride: 2 },
];
export const featureSize = 128;
export const classes = 10;

/** Shapes of the weights in the order they are kept: kernel and bias of each convolution, then of the dense layer. */
export function weightShapes(): number[][] {
  let channels = 1;
  const shapes = convolutions.flatMap(({ kernel, filters }) => {
    const pair = [[kernel, kernel, channels, filters], [filters]];
    channels = filters;
    return pair;
  });
  return [...shapes, [featureSize, classes], [classes]];
}

/** Digits `[n, 28, 28, 1]` in [-1, 1] to features `[n, 128]`: the mean of the last convolution's activations over the picture. */
export function digitFeatures(layers: readonly DigitLayer[], digits: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => {
    let x: tf.Tensor4D = digits;
    convolutions.forEach(({ stride, pooled }, index) => {
      const { kernel, bias } = layers[index] as DigitLayer;
      x = tf.relu(tf.add(tf.conv2d(x, kernel as tf.Tensor4D, stride, 'same'), bias));
      if (pooled) x = tf.maxPool(x, 2, 2, 'same');
    });
    return tf.mean<tf.Tensor2D>(x, [1, 2]);
  });
}

/** Features to logits `[n, 10]`. */
export function digitLogits(layers: readonly DigitLayer[], features: tf.Tensor2D): tf.Tensor2D {
  const { kernel, bias } = layers[convolutions.length] as DigitLayer;
  return tf.tidy(() => tf.add(tf.matMul(features, kernel as tf.Tensor2D), bias));
}
