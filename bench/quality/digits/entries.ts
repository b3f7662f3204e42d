/**
 * What is trained on MNIST, here and in PyTorch: the zoo's variants for one budget of real images each.
 * The PyTorch twin (`../../peers/digits.py`) is built from `gan().config`, so that both have the same settings or none.
 */
import { adam, discriminator, generator, linearDecay, rmsProp, type Gan, type OptimizerRecipe, type Schedule } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';
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
const latentDim = 100;

/** In rounds of one batch. */
function budget(realImages: number, batchSize: number): number {
  return Math.ceil(realImages / batchSize);
}

/** Constant for half of the training, then down to 0 in a straight line: GANs do not come to rest by themselves. */
function falling(from: number, steps: number): Schedule {
  return linearDecay({ from, start: Math.floor(steps / 2), updates: Math.ceil(steps / 2) });
}

function both(make: () => OptimizerRecipe): { generator: OptimizerRecipe; discriminator: OptimizerRecipe } {
  return { generator: make(), discriminator: make() };
}

/**
 * DCGAN's networks with three stages, 4 to 32 pixels: with the usual two the discriminator sees whole digits in its last, linear
 * layer only, and makes the generator draw good strokes of no digit.
 */
function threeStages(norm: 'batch' | 'none') {
  return {
    generator: generator({ latentDim, network: convGenerator({ latentDim, sampleShape, widths: [128, 64, 32] }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [32, 64, 128], norm }) }),
  };
}

/** The deep perceptrons, whose discriminator drops units unless another is given. */
export function perceptronGan(other: { readonly discriminator?: ReturnType<typeof discriminator> } = {}): Gan {
  return vanillaGan({
    sampleShape,
    latentDim,
    depth: 'deep',
    optimizers: {
      generator: rmsProp({ learningRate: falling(4e-4, perceptron.steps) }),
      discriminator: rmsProp({ learningRate: falling(2e-4, perceptron.steps) }),
    },
    ...other,
  });
}

const perceptron = { batchSize: 64, steps: budget(1_000_000, 64) };
const convolutional = { batchSize: 32, steps: budget(500_000, 32) };

export const entries: readonly Entry[] = [
  {
    name: 'vanillaGan',
    ...perceptron,
    goal: 8,
    gan: () => perceptronGan(),
  },
  {
    name: 'dcgan',
    ...convolutional,
    goal: 9,
    gan: () => dcgan({ sampleShape, ...threeStages('batch'), optimizers: both(() => adam({ learningRate: falling(2e-3, convolutional.steps), beta1: 0.5 })) }),
  },
  {
    name: 'lsgan',
    ...convolutional,
    goal: 9,
    gan: () => lsgan({ sampleShape, ...threeStages('batch'), optimizers: both(() => adam({ learningRate: falling(2e-3, convolutional.steps), beta1: 0.5 })) }),
  },
  {
    name: 'wganGp',
    ...convolutional,
    goal: 9,
    gan: () =>
      wganGp({
        sampleShape,
        ...threeStages('none'),
        criticSteps: 1,
        optimizers: both(() => adam({ learningRate: falling(1e-3, convolutional.steps), beta1: 0, beta2: 0.9 })),
      }),
  },
];
