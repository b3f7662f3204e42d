import { discriminator, generator, type Discriminator, type Features, type Generator, type Logits, type Shape } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, sampleKind, type Normalization } from '@ganzoo/core/networks';

/** Of both networks for points: on the ring of eight Gaussians depth does more than width. */
const hidden = [64, 64, 64, 64];

/** A generator and a critic for images or for points: the same for both ways of keeping the critic Lipschitz. */
export function networksFor(
  scope: string,
  sampleShape: Shape,
  latentDim: number,
  criticNorm: Normalization,
): { readonly generator: Generator; readonly discriminator: Discriminator<Logits & Features> } {
  if (sampleKind(scope, sampleShape) === 'image') {
    return {
      generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape }) }),
      discriminator: discriminator({ network: convDiscriminator({ sampleShape, norm: criticNorm }) }),
    };
  }
  return {
    generator: generator({
      latentDim,
      network: mlp({ inputShape: [latentDim], hidden, outputShape: sampleShape, activation: 'relu', initializer: 'heNormal' }),
    }),
    discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden, outputShape: [1], initializer: 'heNormal' }) }),
  };
}
