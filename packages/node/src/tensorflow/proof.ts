import { checkGradients } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { TensorFlowBackend } from './kernel.ts';

/**
 * Where the active backend is TensorFlow on a GPU, whether the kernels registered here are right: nobody has run them on one
 * before, and for the gradient of batch normalization TensorFlow keeps other numbers there than on a CPU. Looks at no
 * products and convolutions, which GPUs round to 10 bits.
 *
 * @returns what is wrong, or undefined
 */
export async function proveKernels(): Promise<string | undefined> {
  if (tf.getBackend() !== 'tensorflow' || !(tf.backend() as unknown as TensorFlowBackend).isUsingGpuDevice) return undefined;
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.batchNormalization({ inputShape: [5, 4, 3] }),
      layers.leakyReLU({ alpha: 0.2 }),
      ...(['tanh', 'sigmoid', 'relu'] as const).map((activation) => layers.activation({ activation })),
    ],
  });
  try {
    const { rows } = await checkGradients(model);
    const wrong = rows.find(({ ok }) => !ok);
    return wrong && `self-test: the gradient of ${wrong.kind} is wrong: ${wrong.reason}`;
  } finally {
    model.dispose();
  }
}
