import { discriminator, generator, type Discriminator, type Features, type Generator, type Logits, type Shape } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, sampleKind, type Normalization } from '@ganzoo/core/networks';

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
    generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden: [256, 256], outputShape: sampleShape }) }),
    discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: [256, 256], outputShape: [1] }) }),
  };
}
