import { GanzooError, showShape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../extractor.ts';
import { decodeHalf } from '../half.ts';
import { classes, digitFeatures, digitLogits, featureSize, weightShapes, type DigitLayer } from './network.ts';

/** A judge of handwritten digits. */
export interface DigitClassifier extends Classifier {
  /** Share of MNIST's 10,000 test digits that it tells, in [0, 1]. */
  readonly testAccuracy: number;
}

/**
 * A classifier of MNIST's digits that comes with this package: five convolutions on distorted training digits, 0.5 MB. Its
 * features are the 128 means of the last convolution's activations, its logits those of the ten digits.
 *
 * Takes digits `[n, 28, 28, 1]` in [-1, 1], background -1, on the active backend; scores by it compare only with each other.
 * `training/mnist-classifier.ts` in the repository makes it anew.
 */
export async function mnistClassifier(): Promise<DigitClassifier> {
  // Loaded when asked for: who judges no digits does not pay for it.
  const { testAccuracy, weights } = await import('./weights.ts');
  const numbers = decodeHalf(new Uint16Array(Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0)).buffer));
  let at = 0;
  const tensors = weightShapes().map((shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    at += size;
    return tf.tensor(numbers.slice(at - size, at), shape);
  });
  const layers: DigitLayer[] = [];
  for (let layer = 0; layer < tensors.length; layer += 2) layers.push({ kernel: tensors[layer] as tf.Tensor, bias: tensors[layer + 1] as tf.Tensor });
  return {
    name: 'mnistClassifier 1',
    dimensions: featureSize,
    classes,
    testAccuracy,
    features: (images) => digitFeatures(layers, digitsOf(images)),
    logits: (images) => tf.tidy(() => digitLogits(layers, digitFeatures(layers, digitsOf(images)))),
    logitsOfFeatures: (features) => digitLogits(layers, features),
    dispose: () => tf.dispose(tensors),
  };
}

function digitsOf(images: tf.Tensor4D): tf.Tensor4D {
  if (images.shape.slice(1).join() === '28,28,1') return images;
  throw new GanzooError(
    'metrics/mnistClassifier',
    `it takes digits of shape [n, 28, 28, 1] in [-1, 1], got ${showShape(images.shape)}. Resize them, or use another extractor.`,
  );
}
