import { arrayDataset, defineGan, discriminator, generator, gradientPenalty, nonSaturating, type Gan, type Logits, type Loss } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';

const sampleShape = [8, 8, 1];
const values = Float32Array.from({ length: 32 * 64 }, (_, i) => Math.sin(i * 0.37 + Math.floor(i / 64)));

export const waves = arrayDataset({ name: 'waves', values, sampleShape });

/** A GAN of images with all that is hard on a backend: convolutions, batch norm, a second derivative. */
export function smallGan(loss: Loss<Logits, unknown> = nonSaturating()): Gan {
  return defineGan({
    name: 'images',
    sampleShape,
    generator: generator({ latentDim: 4, network: convGenerator({ latentDim: 4, sampleShape, widths: [6, 4], kernel: 4 }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [4, 6], kernel: 4 }) }),
    loss,
    regularizers: [gradientPenalty({ weight: 1, allowBatchNorm: true })],
  });
}
