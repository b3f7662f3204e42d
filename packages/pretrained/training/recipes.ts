/** How each generator was trained: the variants as they come, on networks small enough to be sent to a browser. */
import { adam, discriminator, generator, linearDecay, type Gan, type OptimizerRecipe } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';
import { dcgan } from '@ganzoo/dcgan';
import { lsgan } from '@ganzoo/lsgan';
import { vanillaGan } from '@ganzoo/vanilla';
import { wganGp } from '@ganzoo/wgan-gp';

export interface Recipe {
  readonly name: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly gan: () => Gan;
}

const sampleShape = [28, 28, 1];
const latentDim = 64;
const batchSize = 32;
const steps = 15_000;
const perceptronSteps = 12_000;

/** Constant for half of the training, then down to a twentieth in a straight line. */
const falling = (from: number, options: { readonly beta1: number; readonly beta2?: number }, all = steps): OptimizerRecipe =>
  adam({ ...options, learningRate: linearDecay({ from, to: from / 20, start: all / 2, updates: all / 2 }) });

/** Half of DCGAN's channels in one stage more, so that the discriminator sees whole digits before its last, linear layer. */
const draws = () => generator({ latentDim, network: convGenerator({ latentDim, sampleShape, widths: [64, 32, 16] }) });
const judges = (norm: 'batch' | 'none') => discriminator({ network: convDiscriminator({ sampleShape, widths: [16, 32, 64], norm }) });

export const recipes: readonly Recipe[] = [
  {
    name: 'mnist-vanilla',
    steps: perceptronSteps,
    batchSize: 2 * batchSize,
    gan: () =>
      vanillaGan({
        sampleShape,
        generator: generator({
          latentDim,
          network: mlp({ inputShape: [latentDim], hidden: [256, 512], outputShape: sampleShape, outputActivation: 'tanh', norm: 'batch' }),
        }),
        discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: [1024, 512, 256], outputShape: [1], dropout: 0.3 }) }),
        optimizers: { generator: falling(1e-3, { beta1: 0.5 }, perceptronSteps), discriminator: falling(4e-4, { beta1: 0.5 }, perceptronSteps) },
      }),
  },
  {
    name: 'mnist-dcgan',
    steps,
    batchSize,
    gan: () =>
      dcgan({
        sampleShape,
        generator: draws(),
        discriminator: judges('batch'),
        optimizers: { generator: falling(2e-3, { beta1: 0.5 }), discriminator: falling(2e-3, { beta1: 0.5 }) },
      }),
  },
  {
    name: 'mnist-lsgan',
    steps,
    batchSize,
    gan: () =>
      lsgan({
        sampleShape,
        generator: draws(),
        discriminator: judges('batch'),
        optimizers: { generator: falling(2e-3, { beta1: 0.5 }), discriminator: falling(2e-3, { beta1: 0.5 }) },
      }),
  },
  {
    name: 'mnist-wgan-gp',
    steps,
    batchSize,
    gan: () =>
      wganGp({
        sampleShape,
        generator: draws(),
        discriminator: judges('none'),
        criticSteps: 1,
        optimizers: { generator: falling(1e-3, { beta1: 0, beta2: 0.9 }), discriminator: falling(1e-3, { beta1: 0, beta2: 0.9 }) },
      }),
  },
];
