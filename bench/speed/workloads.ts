/** What is timed, here and in its PyTorch twins (`../peers/twins.py`), with its cost in GFLOP. */
import {
  adam,
  arrayDataset,
  defineGan,
  discriminator,
  generator,
  gradientPenalty,
  leastSquares,
  nonSaturating,
  rng,
  Trainer,
  wasserstein,
  type Gan,
  type Loss,
} from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';

export interface Workload {
  /** Multiply-adds count as 2; what no gradient needs does not count. */
  readonly gflop: number;
  readonly make: () => Stepper;
}

interface Stepper {
  readonly step: () => Promise<void>;
  readonly dispose: () => void;
}

const image = [28, 28, 1] as const;
const convolutional = {
  sampleShape: image,
  generator: generator({ latentDim: 100, network: convGenerator({ latentDim: 100, sampleShape: image, widths: [128, 64], kernel: 5 }) }),
  discriminator: discriminator({ network: convDiscriminator({ sampleShape: image, widths: [64, 128], kernel: 5 }) }),
  ema: false,
} as const;

const classic = (loss: Loss): Gan => defineGan({ ...convolutional, loss });

const wganGp = (): Gan =>
  defineGan({
    ...convolutional,
    discriminator: discriminator({ network: convDiscriminator({ sampleShape: image, widths: [64, 128], kernel: 5, norm: 'none' }) }),
    loss: wasserstein(),
    regularizers: [gradientPenalty()],
    criticSteps: 5,
  });

/** One update of the critic, without the generator's turn. */
function criticOnly(gan: Gan): Gan {
  const critic = gan.players.find(({ name }) => name === 'discriminator') as Gan['players'][number];
  return { ...gan, players: [{ ...critic, updates: 1 }] };
}

function perceptrons(sampleShape: readonly number[], latentDim: number, up: readonly number[], down: readonly number[]): Gan {
  return defineGan({
    sampleShape,
    generator: generator({
      latentDim,
      network: mlp({ inputShape: [latentDim], hidden: up, outputShape: sampleShape, outputActivation: sampleShape.length > 1 ? 'tanh' : 'linear' }),
    }),
    discriminator: discriminator({ network: mlp({ inputShape: sampleShape, hidden: down, outputShape: [1] }) }),
    loss: nonSaturating(),
    ema: false,
    optimizers: { generator: adam(), discriminator: adam() },
  });
}

function trained(gan: () => Gan, batch: number, sampleShape: readonly number[]) {
  return (): Stepper => {
    const trainer = new Trainer(gan());
    const size = sampleShape.reduce((product, side) => product * side, batch);
    const data = arrayDataset({ name: 'waves', values: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), sampleShape });
    return {
      step: async () => void (await trainer.fit(data, { steps: trainer.step + 1, batchSize: batch, checkEvery: 1_000_000 })),
      dispose: () => trainer.dispose(),
    };
  };
}

function sampling(): Stepper {
  const trainer = new Trainer(classic(nonSaturating()));
  return {
    step: async () => {
      const samples = trainer.sample(1000);
      await samples.data();
      samples.dispose();
    },
    dispose: () => trainer.dispose(),
  };
}

/** Shuffled bytes to tensors in [-1, 1]. */
function loading(): Stepper {
  const count = 10_000;
  const values = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 31) % 256);
  const data = arrayDataset({ name: 'bytes', values, sampleShape: [...image] });
  const batches = data.batches({ size: 64, rng: rng(0) })[Symbol.asyncIterator]();
  return {
    step: async () => {
      for (let batch = 0; batch < 100; batch++) {
        const { value } = await batches.next();
        // A backend may copy when the numbers are first used.
        tf.dispose([value.batch, tf.reshape(value.batch.samples, [-1])]);
      }
    },
    dispose: () => void batches.return?.(),
  };
}

export const workloads: Readonly<Record<string, Workload>> = {
  'dcgan step': { gflop: 16.06, make: trained(() => classic(nonSaturating()), 64, image) },
  'lsgan step': { gflop: 16.06, make: trained(() => classic(leastSquares()), 64, image) },
  'wgan-gp critic step': { gflop: 17.2, make: trained(() => criticOnly(wganGp()), 64, image) },
  'wgan-gp iteration of 5 critic steps': { gflop: 92.8, make: trained(wganGp, 64, image) },
  'mnist mlp step': { gflop: 2.04, make: trained(() => perceptrons(image, 100, [256, 512, 1024], [1024, 512, 256]), 64, image) },
  'plane mlp step': { gflop: 0.43, make: trained(() => perceptrons([2], 64, [256, 256], [256, 256]), 256, [2]) },
  'sampling 1,000 digits': { gflop: 21.95, make: sampling },
  'loading 6,400 digits': { gflop: 0, make: loading },
};
