import { adam, arrayDataset, defineGan, discriminator, generator, nonSaturating, type Dataset, type Gan } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';

/** Points in the plane. */
export const points: Dataset = arrayDataset({ name: 'points', values: Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * i)), sampleShape: [2] });

/** A GAN of some hundred weights, with batch norm, dropout and an average: whatever a checkpoint may forget. */
export function smallGan(learningRate = 1e-3): Gan {
  return defineGan({
    name: 'small',
    sampleShape: [2],
    generator: generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [8], outputShape: [2], norm: 'batch' }) }),
    discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [8], outputShape: [1], dropout: 0.2 }) }),
    loss: nonSaturating(),
    optimizers: { generator: adam({ learningRate }), discriminator: adam({ learningRate }) },
  });
}
