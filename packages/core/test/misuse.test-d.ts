/** Slips the compiler must catch: every line under an expectation is an error, or the typecheck fails. */
import {
  adam,
  combine,
  defineGame,
  defineGan,
  defineVariant,
  discriminator,
  featureMatching,
  generator,
  nonSaturating,
  reconstruction,
  Trainer,
  wasserstein,
  weighted,
  type Batch,
  type Dataset,
  type Latents,
  type Logits,
  type Loss,
  type Network,
  type Player,
  type Regularizer,
} from '@ganzoo/core';
import type { LayersModel, Scalar, Tensor } from '@tensorflow/tfjs';

declare const network: () => LayersModel;
declare const scalar: Scalar;
interface Features extends Logits {
  readonly features: Tensor;
}
interface Reconstruction {
  readonly reconstruction: Tensor;
}

const g = generator({ network, latentDim: 2 });
const plain = discriminator({ network });
const onlyLogits = discriminator<Logits>({ network, read: ([logits]) => ({ logits: logits as Tensor }) });
const withFeatures = discriminator<Features>({ network, read: ([logits, features]) => ({ logits: logits as Tensor, features: features as Tensor }) });
const autoencoder = discriminator<Reconstruction>({ network, read: ([reconstruction]) => ({ reconstruction: reconstruction as Tensor }) });

const codes: Loss<Logits, Latents & { code: Tensor }> = {
  name: 'codes',
  config: {},
  discriminator: () => ({ a: scalar }),
  generator: ({ latents }) => ({ code: latents.code.mean() }),
};
const featurePenalty: Regularizer<Features> = {
  name: 'featurePenalty',
  config: {},
  player: 'discriminator',
  interval: 1,
  penalty: ({ real }) => real.out.features.mean(),
};

defineGan({ generator: g, discriminator: plain, loss: nonSaturating() });
defineGan({ generator: g, discriminator: withFeatures, loss: featureMatching(), regularizers: [featurePenalty] });

// @ts-expect-error a feature-matching loss on a critic that returns only logits
defineGan({ generator: g, discriminator: onlyLogits, loss: featureMatching() });
// @ts-expect-error a loss on logits for a critic that returns a reconstruction
defineGan({ generator: g, discriminator: autoencoder, loss: nonSaturating() });
// @ts-expect-error a misspelt option
defineGan({ generator: g, discriminator: plain, loss: nonSaturating(), criticStep: 5 });
// @ts-expect-error a generator term that reads the real side without saying so
const blind: Loss = { name: 'blind', config: {}, discriminator: () => ({ a: scalar }), generator: ({ real }) => ({ b: real.out.logits.mean() }) };
// @ts-expect-error an information term on latents that have no code
defineGan({ generator: g, discriminator: plain, loss: codes });
defineGan({ generator: g, discriminator: withFeatures, loss: combine(wasserstein(), weighted(0.1, featureMatching())) });
// @ts-expect-error a combination with feature matching, on a critic that returns only logits
defineGan({ generator: g, discriminator: onlyLogits, loss: combine(wasserstein(), featureMatching()) });
// @ts-expect-error a combination with an information term, on latents that have no code
defineGan({ generator: g, discriminator: plain, loss: combine(wasserstein(), codes) });
// @ts-expect-error a combination of a loss on logits with one on anything, for a critic that returns a reconstruction
defineGan({ generator: g, discriminator: autoencoder, loss: combine(wasserstein(), reconstruction()) });
// @ts-expect-error a regularizer for another critic's output
defineGan({ generator: g, discriminator: onlyLogits, loss: nonSaturating(), regularizers: [featurePenalty] });
// @ts-expect-error a loss that returns numbers
const numbers: Loss = { name: 'numbers', config: {}, discriminator: () => ({ a: 1 }), generator: () => ({ b: 2 }) };

interface Pair {
  readonly a: Tensor;
  readonly b: Tensor;
}
declare const networks: { readonly there: Network<Latents, { samples: Tensor }> };
declare const player: Player<Pair, typeof networks>;
const paired = defineGame({ name: 'paired', config: {}, networks, players: [player] });
declare const samplesOnly: Dataset<Batch>;
declare const pairs: Dataset<Pair>;
void new Trainer(paired).fit(pairs, { steps: 1 });
// @ts-expect-error a dataset of samples for a GAN of pairs
void new Trainer(paired).fit(samplesOnly, { steps: 1 });
// @ts-expect-error a player that moves a network that is not there
const lost: Player<Pair, typeof networks> = { ...player, moves: ['elsewhere'] };

const variant = defineVariant({
  name: 'variant',
  defaults: { latentDim: 2, width: 4 },
  build: () => ({ generator: g, discriminator: onlyLogits, loss: nonSaturating() }),
});
variant({ sampleShape: [2], width: 8, optimizers: { generator: adam() } });
variant({ sampleShape: [2], discriminator: withFeatures, loss: featureMatching() });
// @ts-expect-error an option the variant does not have
variant({ sampleShape: [2], widht: 8 });
// @ts-expect-error a loss that the variant's own critic cannot serve
variant({ sampleShape: [2], loss: featureMatching() });

export { blind, lost, numbers };
