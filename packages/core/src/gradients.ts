import * as tf from '@tensorflow/tfjs';
import { activationGradients } from './gradients/activations.ts';
import { convolutionGradients } from './gradients/convolutions.ts';
import { elementwiseGradients } from './gradients/elementwise.ts';
import { poolingGradients } from './gradients/pooling.ts';
import { reductionGradients } from './gradients/reductions.ts';
import { resizeGradients } from './gradients/resize.ts';
import { shapeGradients } from './gradients/shapes.ts';
import { repairTapeOrder } from './gradients/tape-order.ts';

const gradients: readonly tf.GradConfig[] = [
  ...activationGradients,
  ...convolutionGradients,
  ...elementwiseGradients,
  ...poolingGradients,
  ...reductionGradients,
  ...resizeGradients,
  ...shapeGradients,
];

/**
 * Makes first and second derivatives right for everything a network is commonly made of: activations, elementwise ops,
 * reductions, padding, pooling, resizing, and convolutions of every kind. `checkGradients()` shows it on any backend.
 *
 * Holds for the whole process, for every user of this TensorFlow.js: it puts right gradients in the place of stock ones,
 * silently, and records saved outputs in the order a second derivative needs. What stock has right keeps its values.
 * May be called any number of times; a {@link Trainer} does so by itself.
 */
export function enableHigherOrderGradients(): void {
  repairTapeOrder();
  for (const gradient of gradients) {
    const registered = tf.getGradient(gradient.kernelName);
    if (registered === gradient) continue;
    // Registering over one that is there warns in debug mode.
    if (registered) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}

/** Whether that was called: stock has no gradient of a gradient of a pool. */
export function higherOrderGradientsEnabled(): boolean {
  return tf.getGradient(tf.MaxPoolGrad) !== undefined;
}
