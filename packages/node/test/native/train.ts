/** Trains a small GAN of images for three steps on the backend named, and on wasm, and prints what came of both. */
import { Trainer } from '@ganzoo/core';
import { useBackend, type ActiveBackend, type BackendName } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { smallGan, waves } from './small.ts';

const STEPS = 3;

export interface Trained {
  readonly node: string;
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
  const trainer = new Trainer(smallGan(), { seed: 7 });
  await trainer.fit(waves, {
    steps: STEPS,
    batchSize: 8,
    callbacks: [{ name: 'losses', onStep: async (run) => void losses.push({ ...(await run.losses()) }) }],
  });
  const made = trainer.sample(2, { seed: 1 });
  const drawn = [...(await made.data())];
  made.dispose();
  trainer.dispose();
  return { node: process.versions.node, name, device, refused, losses, samples: drawn, epsilon: tf.backend().epsilon(), tensors: tf.memory().numTensors };
}

const results = [await train(process.argv[2] as BackendName), await train('wasm')];
console.log(`RESULTS ${JSON.stringify(results)}`);
