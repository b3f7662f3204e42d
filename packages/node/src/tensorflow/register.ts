import * as tf from '@tensorflow/tfjs';
import type { KernelConfig } from '@tensorflow/tfjs';
import { activationKernels } from './activations.ts';
import { optimizerKernels } from './adam.ts';
import { batchNormKernels } from './batch-norm.ts';
import { biasKernels } from './bias.ts';
import { convolutionToFewChannels } from './conv2d-backprop-input.ts';
import { copyingKernels } from './copies.ts';

let registered = false;

/**
 * Makes the backend `tensorflow` faster: TensorFlow's own ops take the place of what `@ganzoo/core` composes of several, and
 * some stock kernels get a better one for common cases in front. Call it where that backend is registered; once is enough.
 *
 * The op `MatMul` would be faster for narrow matrices than what stock takes, but the code that oneDNN generates for it keeps
 * its numbers where a signal's handler writes: one Ctrl-C in the middle of it can corrupt the heap. The ops used here survive
 * ten thousand signals a second.
 */
export function registerTensorFlowKernels(): void {
  if (registered) return;
  for (const kernel of [...activationKernels, ...batchNormKernels, ...biasKernels, ...optimizerKernels]) replace(kernel);
  for (const { kernelName, wrap } of [...copyingKernels, convolutionToFewChannels]) {
    const stock = tf.getKernel(kernelName, 'tensorflow');
    if (stock) replace(wrap(stock));
  }
  registered = true;
}

/** Registering a name that is taken warns, be it stock or the composed form of a kernel that has run before. */
function replace(kernel: KernelConfig): void {
  if (tf.getKernel(kernel.kernelName, kernel.backendName)) tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}
