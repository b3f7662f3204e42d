/** The steps that are timed, here and in their PyTorch twins (`peers/twins.py`), with their cost in GFLOP. */
import { adam, arrayDataset, defineGan, discriminator, generator, gradientPenalty, nonSaturating, Trainer, wasserstein, type Gan } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';

export interface Workload {
  readonly batch: number;
  /** Multiply-adds count as 2; what no gradient needs does not count. */
  readonly gflop: number;
  readonly make: () => Stepper;
}

interface Stepper {
  readonly step: () => Promise<void>;
  readonly dispose: () => void;
}

const image = [28, 28, 1] as const;
const classic = {
  sampleShape: image,
  generator: generator({ latentDim: 100, network: convGenerator({ latentDim: 100, sampleShape: image, widths: [128, 64], kernel: 5 }) }),
  discriminator: discriminator({ network: convDiscriminator({ sampleShape: image, widths: [64, 128], kernel: 5 }) }),
  ema: false,
} as const;

/** One update of one player, without the other's turn. */
function only(name: string, gan: Gan): Gan {
  return { ...gan, players: gan.players.filter((player) => player.name === name) };
}

function trained(gan: () => Gan, batch: number, sampleShape: readonly number[]) {
  return (): Stepper => {
    const trainer = new Trainer(gan());
    const size = sampleShape.reduce((product, side) => product * side, batch);
    const data = arrayDataset({ name: 'noise', values: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), sampleShape });
    return {
      step: async () => void (await trainer.fit(data, { steps: trainer.step + 1, batchSize: batch, checkEvery: 1_000_000 })),
      dispose: () => trainer.dispose(),
    };
  };
}

const plane = { latentDim: 64, width: 256, batch: 256 };

export const workloads: Readonly<Record<string, Workload>> = {
  'dcgan step': { batch: 64, gflop: 16.06, make: trained(() => defineGan({ ...classic, loss: nonSaturating() }), 64, image) },
  'wgan-gp critic step': {
    batch: 64,
    gflop: 17.2,
    make: trained(
      () =>
        only(
          'discriminator',
          defineGan({
            ...classic,
            discriminator: discriminator({ network: convDiscriminator({ sampleShape: image, widths: [64, 128], kernel: 5, norm: 'none' }) }),
            loss: wasserstein(),
            regularizers: [gradientPenalty()],
          }),
        ),
      64,
      image,
    ),
  },
  'plane mlp step': {
    batch: plane.batch,
    gflop: 0.43,
    make: trained(
      () =>
        defineGan({
          sampleShape: [2],
          generator: generator({
            latentDim: plane.latentDim,
            network: mlp({ inputShape: [plane.latentDim], hidden: [plane.width, plane.width], outputShape: [2] }),
          }),
          discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [plane.width, plane.width], outputShape: [1] }) }),
          loss: nonSaturating(),
          ema: false,
          optimizers: { generator: adam(), discriminator: adam() },
        }),
      plane.batch,
      [2],
    ),
  },
  'sampling 1,000 digits': {
    batch: 1000,
    gflop: 21.95,
    make: () => {
      const trainer = new Trainer(defineGan({ ...classic, loss: nonSaturating() }));
      return {
        step: async () => {
          const samples = trainer.sample(1000);
          await samples.data();
          samples.dispose();
        },
        dispose: () => trainer.dispose(),
      };
    },
  },
};
