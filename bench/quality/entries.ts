/**
 * What is trained: every variant on the same points, with the same two networks, batch size and Adam, whose rate falls to 0.
 * Only what makes the variant differs: its loss and its regularizers (and RMSProp for clipped weights, as its paper has it).
 * Nothing depends on the seed.
 */
import { adam, cosine, discriminator, generator, gradientPenalty, r1, r2, relativistic, rmsProp, weightClipping, type Dataset, type Gan } from '@ganzoo/core';
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
const common = {
  sampleShape,
  generator: generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden, outputShape: sampleShape, activation: 'relu', initializer }) }),
  discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden, outputShape: [1], initializer }) }),
};

/** Without momentum, as games have it whose critic is held back by its gradient; it does the others no harm. */
function optimizers(steps: number): { generator: ReturnType<typeof adam>; discriminator: ReturnType<typeof adam> } {
  const make = (): ReturnType<typeof adam> => adam({ learningRate: cosine({ from: 3e-3, updates: steps }), beta1: 0, beta2: 0.9 });
  return { generator: make(), discriminator: make() };
}

/** Every variant, by the name it has in tables. */
export const variants: Readonly<Record<string, (steps: number) => Gan>> = {
  vanillaGan: (steps) => vanillaGan({ ...common, optimizers: optimizers(steps) }),
  lsgan: (steps) => lsgan({ ...common, optimizers: optimizers(steps) }),
  wgan: (steps) => {
    const make = (): ReturnType<typeof rmsProp> => rmsProp({ learningRate: cosine({ from: 5e-4, updates: steps }) });
    return wgan({ ...common, regularizers: [weightClipping({ limit: 0.1 })], criticSteps: 1, optimizers: { generator: make(), discriminator: make() } });
  },
  wganGp: (steps) => wganGp({ ...common, regularizers: [gradientPenalty({ weight: 0.1 })], criticSteps: 1, optimizers: optimizers(steps) }),
  'relativistic + R1 + R2': (steps) => {
    const weight = cosine({ from: 0.1, to: 1e-4, updates: steps });
    return vanillaGan({ ...common, loss: relativistic(), regularizers: [r1({ weight }), r2({ weight })], optimizers: optimizers(steps) });
  },
};

const batchSize = 128;
const budgets: Readonly<Record<'ring' | 'grid', Readonly<Record<string, number>>>> = {
  ring: { vanillaGan: 5000, lsgan: 5000, wgan: 5000, wganGp: 5000, 'relativistic + R1 + R2': 4000 },
  grid: { vanillaGan: 5000, lsgan: 5000, wgan: 5000, wganGp: 8000, 'relativistic + R1 + R2': 6000 },
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
