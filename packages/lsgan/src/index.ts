import { adam, defineVariant, discriminator, generator, leastSquares } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, sampleKind } from '@ganzoo/core/networks';

/** Of both networks for points: on the ring of eight Gaussians depth does more than width. */
const hidden = [64, 64, 64, 64];

/**
 * LSGAN (Mao et al. 2017, https://arxiv.org/abs/1611.04076): the discriminator fits its scores to 0 for fake and 1 for real
 * samples by least squares, and the generator draws them to 1, so that samples far from the data have a gradient even where
 * the discriminator is right. Pass `loss: leastSquares({ a: -1, b: 1, c: 0 })` for the Pearson divergence of the paper.
 *
 * Takes images `[height, width, channels]` in [-1, 1], and points or vectors `[n]` of any range.
 */
export const lsgan = defineVariant({
  name: 'lsgan',
  defaults: {
    /** Length of a latent vector. */
    latentDim: 100,
  },
  build: ({ sampleShape, latentDim }) => {
    const networks = {
      image: () => ({
        generator: convGenerator({ latentDim, sampleShape }),
        discriminator: convDiscriminator({ sampleShape }),
      }),
      point: () => ({
        generator: mlp({ inputShape: [latentDim], hidden, outputShape: sampleShape, activation: 'relu', initializer: 'heNormal' }),
        discriminator: mlp({ inputShape: sampleShape, hidden, outputShape: [1], initializer: 'heNormal' }),
      }),
    }[sampleKind('lsgan', sampleShape)]();
    return {
      generator: generator({ latentDim, network: networks.generator }),
      discriminator: discriminator({ network: networks.discriminator }),
      loss: leastSquares(),
      optimizers: { generator: adam({ learningRate: 2e-4, beta1: 0.5 }), discriminator: adam({ learningRate: 2e-4, beta1: 0.5 }) },
    };
  },
});
