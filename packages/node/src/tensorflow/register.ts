import * as tf from '@tensorflow/tfjs';
import { activationKernels } from './activations.ts';
import { optimizerKernels } from './adam.ts';
import { batchNormKernels } from './batch-norm.ts';
import { biasKernels } from './bias.ts';

/** Puts TensorFlow's own ops in the place of what `@ganzoo/core` composes of several, on the backend `tensorflow`. May be called again. */
export function registerTensorFlowKernels(): void {
  for (const kernel of [...activationKernels, ...batchNormKernels, ...biasKernels, ...optimizerKernels]) {
    const registered = tf.getKernel(kernel.kernelName, kernel.backendName);
    if (registered === kernel) continue;
    // The composed form, where core has run before this.
    if (registered) tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
  }
}
