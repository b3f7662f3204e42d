import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError, checkpoints, every, Trainer } from '@ganzoo/core';
import { folder, jsonLog, useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { installed, standIn } from './binding-support.ts';
import { smallGan, waves } from './native/small.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** From here on TensorFlow has no room for a convolution. */
function fill(): void {
  const stock = tf.getKernel('Conv2D', 'tensorflow');
  tf.unregisterKernel('Conv2D', 'tensorflow');
  const kernelFunc = (): never => {
    throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[8,4,4,6] and type float on /device:GPU:0');
  };
  tf.registerKernel({ ...stock, kernelFunc });
}

test('a GPU that fills up in the middle of a training: the run is told, its files are whole, and it goes on from the checkpoint on another backend', async () => {
  const out = await mkdtemp(join(tmpdir(), 'ganzoo-dies-'));
  onTestFinished(() => rm(out, { recursive: true }));
  await installed('tfjs-node-gpu', standIn(''));
  expect(await useBackend()).toMatchObject({ name: 'tensorflow' });
  const [store, log] = [folder(out), join(out, 'log.jsonl')];
  const trainer = new Trainer(smallGan(), { seed: 7 });
  const callbacks = [jsonLog({ path: log, every: 1 }), checkpoints({ store, steps: 2 }), every(3, fill)];
  const failure = await trainer.fit(waves, { steps: 6, batchSize: 4, callbacks }).catch((error: unknown) => error);
  trainer.dispose();

  expect(failure).toBeInstanceOf(BackendError);
  const { message } = failure as BackendError;
  expect(message).toMatch(
    /the backend 'tensorflow' failed at step 4: OOM when allocating tensor with shape\[8,4,4,6\].*Trainer\.load\(store, gan\).*batchSize/,
  );
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ step: 3, failure: message });
  expect((await readdir(out)).sort()).toEqual(['checkpoint.safetensors', 'generator', 'log.jsonl']);

  await useBackend('wasm');
  const again = await Trainer.load(store, smallGan());
  expect(again.step).toBe(2);
  expect(await again.fit(waves, { steps: 6, batchSize: 4 })).toMatchObject({ reason: 'done', step: 6 });
  again.dispose();
});
