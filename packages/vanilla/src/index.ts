import { adam, defineVariant, discriminator, expectOneOf, generator, nonSaturating, rmsProp } from '@ganzoo/core';
import { mlp, sampleKind } from '@ganzoo/core/networks';

/** What {@link vanillaGan} takes besides what every variant does. */
export interface VanillaGanOptions {
  /**
   * `original`: one hidden layer of 256 units in each network; `deep`: 128-256-512-1024 with batch norm against
   * 1024-512-256 with dropout, by RMSProp.
   */
  readonly depth: 'original' | 'deep';
}

/**
 * The generative adversarial net as multilayer perceptrons (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661), with
 * the loss its authors trained with (`nonSaturating`; pass `loss: minimax()` for equation 1).
 *
 * Takes images `[height, width, channels]` in [-1, 1], and points or vectors `[n]` of any range, for which the generator's
 * output is linear.
 */
export const vanillaGan = defineVariant<VanillaGanOptions>({
  name: 'vanillaGan',
  defaults: { latentDim: 100, depth: 'original' },
  build: ({ sampleShape, latentDim, depth }) => {
    expectOneOf('vanillaGan', 'depth', depth, ['original', 'deep']);
    const outputActivation = sampleKind('vanillaGan', sampleShape) === 'image' ? 'tanh' : 'linear';
    const [from, to] = [
      { inputShape: [latentDim], outputShape: sampleShape, outputActivation },
      { inputShape: sampleShape, outputShape: [1] },
    ] as const;
    const common = { loss: nonSaturating() };
    if (depth === 'deep') {
      return {
        ...common,
        generator: generator({ latentDim, network: mlp({ ...from, hidden: [128, 256, 512, 1024], slope: 0.01, norm: 'batch', normMomentum: 0.8 }) }),
        discriminator: discriminator({ network: mlp({ ...to, hidden: [1024, 512, 256], slope: 0.01, dropout: 0.3 }) }),
        optimizers: { generator: rmsProp({ learningRate: 4e-4 }), discriminator: rmsProp({ learningRate: 2e-4 }) },
      };
    }
    return {
      ...common,
      generator: generator({ latentDim, network: mlp({ ...from, hidden: [256] }) }),
      discriminator: discriminator({ network: mlp({ ...to, hidden: [256] }) }),
      optimizers: { generator: adam(), discriminator: adam() },
    };
  },
});
