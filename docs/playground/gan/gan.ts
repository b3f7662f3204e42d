import {
  adam,
  discriminator,
  generator,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativistic,
  rmsProp,
  wasserstein,
  type Gan,
  type Hyper,
  type Logits,
  type Loss,
  type OptimizerRecipe,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wgan, wganGp } from '@ganzoo/wgan-gp';
import type { Loss as LossName, Variant } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';
import { regularizers } from './regularizers.ts';

export interface Rates {
  readonly generator: Hyper;
  readonly discriminator: Hyper;
}

export const losses: Readonly<Record<LossName, () => Loss<Logits, unknown>>> = { minimax, nonSaturating, leastSquares, wasserstein, hinge, relativistic };

const variants = { vanillaGan, lsgan, wganGp, wgan };

/** The optimizer each variant is trained with, at a rate of the visitor's. */
const optimizers: Readonly<Record<Variant, (learningRate: Hyper) => OptimizerRecipe>> = {
  vanillaGan: (learningRate) => adam({ learningRate, beta1: 0.5, beta2: 0.999 }),
  lsgan: (learningRate) => adam({ learningRate, beta1: 0.5, beta2: 0.999 }),
  wganGp: (learningRate) => adam({ learningRate, beta1: 0, beta2: 0.9 }),
  wgan: (learningRate) => rmsProp({ learningRate }),
};

/** The GAN of these settings. `rates` may be schedules, so that they can change under way. */
export function ganOf(settings: Settings, rates: Rates = { generator: settings.generatorRate, discriminator: settings.discriminatorRate }): Gan {
  const { variant, latentDim, criticSteps } = settings;
  const hidden = Array.from({ length: settings.layers }, () => settings.width);
  const initializer = 'heNormal';
  return variants[variant]<Logits>({
    sampleShape: [2],
    generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden, outputShape: [2], activation: 'relu', initializer }) }),
    discriminator: discriminator({ network: mlp({ inputShape: [2], hidden, outputShape: [1], initializer }) }),
    loss: losses[settings.loss](),
    regularizers: regularizers[settings.regularizer](settings.weight),
    optimizers: { generator: optimizers[variant](rates.generator), discriminator: optimizers[variant](rates.discriminator) },
    criticSteps,
    ema: settings.average === 'on' ? {} : false,
  });
}
