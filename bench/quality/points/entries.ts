/**
 * What is trained: every variant on the same points, with the same two networks, the same batches and learning rates that fall
 * to 0. What differs is the variant's own: its loss, its regularizers, and what keeps the two sides in balance. Nothing depends
 * on the seed.
 */
import {
  adam,
  cosine,
  linearDecay,
  type OptimizerRecipe,
  type Schedule,
  discriminator,
  generator,
  gradientPenalty,
  r1,
  r2,
  relativistic,
  rmsProp,
  weightClipping,
  type Dataset,
  type Gan,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { gridOfGaussians, ringOfGaussians, swissRoll, type GaussianMixture } from '@ganzoo/datasets';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wgan, wganGp } from '@ganzoo/wgan-gp';

/** PacGAN's ring as it is; its grid at the scale of the WGAN-GP authors' code (divided by 2.828), which changes no score. */
export const datasets = {
  ring: (): GaussianMixture => ringOfGaussians(),
  grid: (): GaussianMixture => gridOfGaussians({ spacing: 2 / 2.828, sigma: 0.05 / 2.828 }),
  swissRoll: (): Dataset => swissRoll(),
} as const;

export interface Entry {
  readonly name: string;
  readonly data: keyof typeof datasets;
  readonly steps: number;
  readonly batchSize: number;
  readonly gan: () => Gan;
}

const latentDim = 2;
const hidden = [64, 64, 64, 64];
const sampleShape = [2];
const initializer = 'heNormal';
const critic = mlp({ inputShape: sampleShape, hidden, outputShape: [1], initializer });
const common = {
  sampleShape,
  generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden, outputShape: sampleShape, activation: 'relu', initializer }) }),
  discriminator: discriminator({ network: critic }),
};

/** For games that nothing holds back: noise on what the discriminator sees, gone after half of the training, and beta1 0.5. */
function free(steps: number) {
  return {
    ...common,
    discriminator: discriminator({ network: critic, instanceNoise: linearDecay({ from: 0.3, updates: steps / 2 }) }),
    optimizers: both(() => adam({ learningRate: falling(steps), beta1: 0.5, beta2: 0.999 })),
  };
}

/** For games whose critic is held back by its gradient: no momentum. */
function held(steps: number) {
  return { ...common, optimizers: both(() => adam({ learningRate: falling(steps), beta1: 0, beta2: 0.9 })) };
}

function falling(steps: number): Schedule {
  return cosine({ from: 3e-3, updates: steps });
}

function both(make: () => OptimizerRecipe): { generator: OptimizerRecipe; discriminator: OptimizerRecipe } {
  return { generator: make(), discriminator: make() };
}

/** Every variant, by the name it has in tables. */
const variants: Readonly<Record<string, (steps: number) => Gan>> = {
  vanillaGan: (steps) => vanillaGan(free(steps)),
  lsgan: (steps) => lsgan(free(steps)),
  wgan: (steps) => {
    const optimizers = both(() => rmsProp({ learningRate: cosine({ from: 5e-4, updates: steps }) }));
    return wgan({ ...common, regularizers: [weightClipping({ limit: 0.1 })], criticSteps: 1, optimizers });
  },
  wganGp: (steps) => wganGp({ ...held(steps), regularizers: [gradientPenalty({ weight: 0.1 })], criticSteps: 1 }),
  'relativistic + R1 + R2': (steps) => {
    const weight = cosine({ from: 0.1, to: 1e-4, updates: steps });
    return vanillaGan({ ...held(steps), loss: relativistic(), regularizers: [r1({ weight }), r2({ weight })] });
  },
};

const batchSize = 128;
const budgets: Readonly<Record<'ring' | 'grid', Readonly<Record<string, number>>>> = {
  ring: { vanillaGan: 5000, lsgan: 5000, wgan: 5000, wganGp: 5000, 'relativistic + R1 + R2': 4000 },
  grid: { vanillaGan: 5000, lsgan: 5000, wgan: 5000, wganGp: 14_000, 'relativistic + R1 + R2': 6000 },
};

export const entries: readonly Entry[] = [
  ...(['ring', 'grid'] as const).flatMap((data) =>
    Object.entries(variants).map(([variant, gan]): Entry => {
      const steps = budgets[data][variant] as number;
      return { name: `${data}-${fileName(variant)}`, data, steps, batchSize, gan: () => gan(steps) };
    }),
  ),
  { name: 'swissRoll-wganGp', data: 'swissRoll', steps: 4000, batchSize, gan: () => (variants['wganGp'] as (steps: number) => Gan)(4000) },
];

/** `relativistic + R1 + R2` is kept as `relativistic-r1-r2`. */
export function fileName(variant: string): string {
  return variant.replaceAll(' + R', '-r');
}
