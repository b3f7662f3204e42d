/** Trains a small GAN of images for three steps on the backend named, and on wasm, and prints what came of both. */
import { arrayDataset, defineGan, discriminator, generator, gradientPenalty, nonSaturating, Trainer } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';
import { useBackend, type ActiveBackend, type BackendName } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';

const STEPS = 3;
const sampleShape = [8, 8, 1];
const values = Float32Array.from({ length: 32 * 64 }, (_, i) => Math.sin(i * 0.37 + Math.floor(i / 64)));
const gan = defineGan({
  name: 'images',
  sampleShape,
  generator: generator({ latentDim: 4, network: convGenerator({ latentDim: 4, sampleShape, widths: [6, 4], kernel: 4 }) }),
  discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [4, 6], kernel: 4 }) }),
  loss: nonSaturating(),
  regularizers: [gradientPenalty({ weight: 1, allowBatchNorm: true })],
});

export interface Trained {
  readonly name: string;
  readonly device: string;
  readonly refused: ActiveBackend['refused'];
  /** Of every step. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly samples: readonly number[];
  readonly epsilon: number;
  /** Tensors that are left. */
  readonly tensors: number;
}

async function train(backend: BackendName): Promise<Trained> {
  const { name, device, refused } = await useBackend(backend);
  const losses: Record<string, number>[] = [];
  const trainer = new Trainer(gan, { seed: 7 });
  const data = arrayDataset({ name: 'waves', values, sampleShape });
  await trainer.fit(data, {
    steps: STEPS,
    batchSize: 8,
    callbacks: [{ name: 'losses', onStep: async (run) => void losses.push({ ...(await run.losses()) }) }],
  });
  const made = trainer.sample(2, { seed: 1 });
  const drawn = [...(await made.data())];
  made.dispose();
  trainer.dispose();
  return { name, device, refused, losses, samples: drawn, epsilon: tf.backend().epsilon(), tensors: tf.memory().numTensors };
}

const results = [await train(process.argv[2] as BackendName), await train('wasm')];
console.log(`RESULTS ${JSON.stringify(results)}`);
