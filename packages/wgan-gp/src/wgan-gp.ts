import { adam, defineVariant, gradientPenalty, wasserstein } from '@ganzoo/core';
import { networksFor } from './networks.ts';

/** The weight of the penalty for images; the paper's points in the plane take 0.1. */
const lambda = { image: 10, point: 0.1 };

/**
 * WGAN-GP (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028): the Wasserstein distance by a critic whose gradient is
 * drawn to norm 1 between real and fake samples; five critic updates a generator update, Adam at 1e-4 with beta1 0 and beta2
 * 0.9, no normalization in the critic. `regularizers: [gradientPenalty({ weight })]` changes the weight of the penalty.
 *
 * Takes images `[height, width, channels]` in [-1, 1], and points or vectors `[n]` of any range, for which the penalty weighs
 * 0.1 and not 10, as in the authors' code.
 */
export const wganGp = defineVariant({
  name: 'wganGp',
  defaults: {
    /** Length of a latent vector. */
    latentDim: 100,
  },
  build: ({ sampleShape, latentDim }) => ({
    ...networksFor('wganGp', sampleShape, latentDim, 'none'),
    loss: wasserstein(),
    regularizers: [gradientPenalty({ weight: sampleShape.length === 3 ? lambda.image : lambda.point })],
    criticSteps: 5,
    optimizers: { generator: optimizer(), discriminator: optimizer() },
  }),
});

function optimizer(): ReturnType<typeof adam> {
  return adam({ learningRate: 1e-4, beta1: 0, beta2: 0.9 });
}
