/**
 * What is trained on MNIST, here and in PyTorch: the zoo's networks and losses as they come, for one budget of real images each.
 * The PyTorch twin (`../../peers/digits.py`) is built from `gan().config`, so that both have the same settings or none.
 */
import { adam, linearDecay, rmsProp, type Gan, type OptimizerRecipe, type Schedule } from '@ganzoo/core';
import { dcgan } from '@ganzoo/dcgan';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wganGp } from '@ganzoo/wgan-gp';

export interface Entry {
  readonly name: string;
  readonly steps: number;
  readonly batchSize: number;
  /** Classifier score that is aimed at. */
  readonly goal: number;
  readonly gan: () => Gan;
}

const sampleShape = [28, 28, 1];
const batchSize = 64;

/** In rounds of one batch. */
function budget(realImages: number): number {
  return Math.ceil(realImages / batchSize);
}

/** Constant for half of the training, then down to 0 in a straight line: GANs do not come to rest by themselves. */
function falling(from: number, steps: number): Schedule {
  return linearDecay({ from, start: Math.floor(steps / 2), updates: Math.ceil(steps / 2) });
}

function both(make: () => OptimizerRecipe): { generator: OptimizerRecipe; discriminator: OptimizerRecipe } {
  return { generator: make(), discriminator: make() };
}

const long = budget(1_000_000);
const short = budget(500_000);

export const entries: readonly Entry[] = [
  {
    name: 'vanillaGan',
    steps: long,
    batchSize,
    goal: 8,
    gan: () =>
      vanillaGan({
        sampleShape,
        depth: 'deep',
        optimizers: {
          generator: rmsProp({ learningRate: falling(4e-4, long) }),
          discriminator: rmsProp({ learningRate: falling(2e-4, long) }),
        },
      }),
  },
  {
    name: 'dcgan',
    steps: short,
    batchSize,
    goal: 9,
    gan: () => dcgan({ sampleShape, optimizers: both(() => adam({ learningRate: falling(2e-4, short), beta1: 0.5 })) }),
  },
  {
    name: 'lsgan',
    steps: short,
    batchSize,
    goal: 9,
    gan: () => lsgan({ sampleShape, optimizers: both(() => adam({ learningRate: falling(2e-4, short), beta1: 0.5 })) }),
  },
  {
    name: 'wganGp',
    steps: short,
    batchSize,
    goal: 9,
    gan: () =>
      wganGp({
        sampleShape,
        criticSteps: 1,
        optimizers: both(() => adam({ learningRate: falling(2e-4, short), beta1: 0, beta2: 0.9 })),
      }),
  },
];
