import { defineVariant, rmsProp, wasserstein, weightClipping } from '@ganzoo/core';
import { networksFor } from './networks.ts';

/**
 * WGAN (Arjovsky, Chintala & Bottou 2017, https://arxiv.org/abs/1701.07875): the Wasserstein distance by a critic whose
 * weights are clipped to [-0.01, 0.01] after each update; five critic updates a generator update, RMSProp at 5e-5.
 *
 * Takes images `[height, width, channels]` in [-1, 1], and points or vectors `[n]` of any range.
 */
export const wgan = defineVariant({
  name: 'wgan',
  defaults: {
    /** Length of a latent vector. */
    latentDim: 100,
  },
  build: ({ sampleShape, latentDim }) => ({
    ...networksFor('wgan', sampleShape, latentDim, 'batch'),
    loss: wasserstein(),
    regularizers: [weightClipping({ limit: 0.01 })],
    criticSteps: 5,
    optimizers: { generator: rmsProp({ learningRate: 5e-5 }), discriminator: rmsProp({ learningRate: 5e-5 }) },
  }),
});
