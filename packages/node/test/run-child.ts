/** Trains in the directory of the first argument, as many steps as the second says, and goes on with what is there. */
import '@ganzoo/wasm';
import { train } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { points, smallGan } from './run-support.ts';

const [dir, steps, backend = 'cpu'] = process.argv.slice(2) as [string, string, string?];
await tf.setBackend(backend);
await tf.ready();
const begun = { name: 'begun', onStart: () => void console.log('begun') };
await train({
  dir,
  gan: smallGan(),
  dataset: points,
  steps: Number(steps),
  batchSize: 8,
  seed: 5,
  existing: 'resume',
  checkpoints: { every: 7, keep: 2 },
  samples: { every: 50, count: 4 },
  callbacks: [begun],
  progress: false,
});
process.exit();
