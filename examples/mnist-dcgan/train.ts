/** Trains a DCGAN on the 60,000 MNIST digits, as `npm start` does, with the trainer and its callbacks put together by hand. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, checkpoints, expectInteger, GanzooError, linearDecay, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { folder, jsonLog, progress, sampleGrid, useBackend } from '@ganzoo/node';
import { digitJudge } from './judge.ts';

async function train(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '1500' },
      seed: { type: 'string', default: '7' },
      'batch-size': { type: 'string', default: '32' },
      out: { type: 'string', default: 'runs/mnist-dcgan' },
      backend: { type: 'string', default: 'auto' },
    },
  });
  const integer = (option: 'steps' | 'seed' | 'batch-size', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [steps, seed, batchSize] = [integer('steps', 1), integer('seed', 0), integer('batch-size', 1)];
  const store = folder(values.out);
  const [samples, log] = [join(values.out, 'samples'), join(values.out, 'log.jsonl')];
  const { name, device } = await useBackend(values.backend as 'auto');

  // A narrow net at higher rates than the paper's, which fall in the second half: minutes on a laptop must do.
  const half = Math.ceil(steps / 2);
  const falling = (from: number) => adam({ learningRate: linearDecay({ from, to: from / 10, start: half, updates: half }) });
  const optimizers = { generator: falling(2e-3), discriminator: falling(2e-3) };
  const trainer = new Trainer(dcgan({ sampleShape: [28, 28, 1], kernel: 4, widths: [64, 32, 16], optimizers }), { seed });
  const digits = await mnist();

  console.log(`Training a DCGAN on MNIST: ${steps} steps of ${batchSize} digits, seed ${seed}, on ${name} (${device}).`);
  const judge = await digitJudge({ steps: 500, best: folder(join(values.out, 'best')) });
  removeEarlierRun(samples, log);
  const interrupt = new AbortController();
  // Once: the second Ctrl-C finds no listener and ends the process.
  process.once('SIGINT', () => {
    console.log('\nStopping after this step and saving. Press Ctrl-C again to quit at once.');
    interrupt.abort();
  });
  const { step, seconds, reason } = await trainer.fit(digits, {
    steps,
    batchSize,
    signal: interrupt.signal,
    callbacks: [judge.callback, progress(), sampleGrid({ dir: samples, every: 100 }), jsonLog({ path: log }), checkpoints({ store, steps: 200 })],
  });
  trainer.dispose();

  const end = reason === 'done' ? 'Done' : `Stopped at step ${step} of ${steps}`;
  console.log(`${end} in ${seconds.toFixed(0)} s (${Math.round((step * batchSize) / seconds)} images/s). Look at:
  ${join(samples, `step-${String(step).padStart(6, '0')}.png`)}  the digits it draws now, and before in the same folder
  ${log}  the losses
  ${join(values.out, 'generator/model.json')}  the generator, for tf.loadLayersModel
  ${join(values.out, 'checkpoint.safetensors')}  everything, to go on from
${judge.verdict()}`);
}

/** Pictures and log of another run would mix with this one's. A checkpoint is replaced by the first one saved. */
function removeEarlierRun(samples: string, log: string): void {
  if (!existsSync(log)) return;
  const pictures = existsSync(samples) ? readdirSync(samples).filter((file) => /^step-\d+\.png$/.test(file)) : [];
  console.log(`Replacing an earlier run: ${log}, and pictures in ${samples}: ${pictures.length}.`);
  for (const file of [log, ...pictures.map((picture) => join(samples, picture))]) rmSync(file);
}

try {
  await train();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
