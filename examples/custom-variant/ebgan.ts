/**
 * EBGAN (Zhao et al. 2017, https://arxiv.org/abs/1609.03126) as a variant of one's own: its discriminator is an autoencoder, whose
 * error is the energy of a sample. Real samples shall have little, fake ones at least the margin.
 */
import { adam, defineVariant, discriminator, expectNumber, generator, type Loss } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';

/** What this discriminator returns, instead of logits. */
interface Reconstructed {
  readonly reconstruction: tf.Tensor;
}

/** Mean squared error of each sample, `[batch]`. */
function energy(samples: tf.Tensor, { reconstruction }: Reconstructed): tf.Tensor {
  const axes = samples.shape.map((_, axis) => axis).slice(1);
  return tf.mean(tf.squaredDifference(samples, reconstruction), axes);
}

/** `mean E(x) + mean max(0, m - E(G(z)))` for the discriminator, `mean E(G(z))` for the generator (equations 1 and 2). */
export function energyLoss(margin: number): Loss<Reconstructed, unknown> {
  expectNumber('ebgan', 'margin', margin, 0);
  return {
    name: 'energy',
    config: { margin },
    discriminator: ({ real, fake }) => ({
      real: tf.mean(energy(real.samples, real.out)),
      fake: tf.mean(tf.relu(tf.sub(margin, energy(fake.samples, fake.out)))),
    }),
    generator: ({ fake }) => ({ fake: tf.mean(energy(fake.samples, fake.out)) }),
  };
}

export const ebgan = defineVariant({
  name: 'ebgan',
  defaults: { latentDim: 32, margin: 0.5, hidden: [256, 512] as readonly number[], code: 32 },
  build: ({ sampleShape, latentDim, margin, hidden, code }) => {
    const optimizer = () => adam({ learningRate: 5e-4, beta1: 0.5 });
    const common = { outputShape: sampleShape, outputActivation: 'tanh', norm: 'batch' } as const;
    return {
      generator: generator({ latentDim, network: mlp({ ...common, inputShape: [latentDim], hidden }) }),
      discriminator: discriminator({
        network: mlp({ ...common, inputShape: sampleShape, hidden: [...hidden].reverse().concat(code, hidden), norm: 'none' }),
        read: ([reconstruction]) => ({ reconstruction: reconstruction as tf.Tensor }),
      }),
      loss: energyLoss(margin),
      optimizers: { generator: optimizer(), discriminator: optimizer() },
    };
  },
});
