import { adam, discriminator, generator, linearDecay, type AdamOptions, type Gan } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';
import { dcgan } from '@ganzoo/dcgan';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wganGp } from '@ganzoo/wgan-gp';

const sampleShape = [28, 28, 1];
const latentDim = 64;

/** By their names in the table. What is not named here is each variant's own: its loss, its penalties, its critic steps. */
export function variants(steps: number): Record<string, Gan> {
  // One pair of networks for all that have convolutions: without batch norm in the discriminator, which WGAN-GP refuses.
  const networks = {
    generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape, widths: [32, 16], kernel: 4 }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [16, 32], kernel: 4, norm: 'none' }) }),
  };
  // Higher rates than the papers', which fall in the second half; each variant has its own beta1 and beta2.
  const falling = (from: number, updates: number, betas?: AdamOptions) =>
    adam({ learningRate: linearDecay({ from, to: from / 10, start: Math.ceil(updates / 2), updates: Math.ceil(updates / 2) }), ...betas });
  const optimizers = (criticSteps = 1, betas?: AdamOptions) => ({
    generator: falling(1e-3, steps, betas),
    discriminator: falling(4e-4, criticSteps * steps, betas),
  });
  return {
    // Multilayer perceptrons: the one with networks of its own, and with the optimizers that suit them.
    vanillaGan: vanillaGan({ sampleShape, latentDim, depth: 'deep' }),
    dcgan: dcgan({ sampleShape, ...networks, optimizers: optimizers() }),
    lsgan: lsgan({ sampleShape, ...networks, optimizers: optimizers() }),
    wganGp: wganGp({ sampleShape, ...networks, optimizers: optimizers(5, { beta1: 0, beta2: 0.9 }) }),
  };
}
