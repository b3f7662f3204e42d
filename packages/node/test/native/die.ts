/** Trains a small GAN on the backend named, which fails in the fifth step, goes on from the checkpoint, and prints what came of both. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError, checkpoints, nonSaturating, Trainer, type Logits, type Loss } from '@ganzoo/core';
import { folder, jsonLog, useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { smallGan, waves } from './small.ts';

const [backend, out] = process.argv.slice(2) as ['tensorflow' | 'webgpu', string];
const deaths = {
  // Four terabytes: the same refusal, from the same place, as of a GPU that is full.
  tensorflow: () => void tf.matMul(tf.ones([1e6, 1]), tf.ones([1, 1e6])),
  webgpu: () => (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy(),
};
let turns = 0;
const mortal: Loss<Logits, unknown> = {
  ...nonSaturating(),
  generator: (context) => {
    if (++turns === 5) deaths[backend]();
    return nonSaturating().generator(context as never);
  },
};
const options = { steps: 8, batchSize: 8 };

export interface Died {
  readonly message: string;
  readonly backend: string;
  readonly step: number;
  readonly isTold: boolean;
  readonly files: readonly string[];
  /** The last line of the log. */
  readonly logged: { readonly step: number; readonly failure?: string };
  /** Where the checkpoint stands. */
  readonly saved: number;
  /** The last losses of the run that went on from it, and of one that nothing happened to. */
  readonly losses: readonly [Readonly<Record<string, number>>, Readonly<Record<string, number>>];
}

await useBackend(backend);
const store = folder(out);
const log = join(out, 'log.jsonl');
let told: unknown;
const watcher = { name: 'watcher', onEnd: (_: unknown, failure: unknown) => void (told = failure) };
const trainer = new Trainer(smallGan(mortal), { seed: 7 });
const callbacks = [jsonLog({ path: log, every: 2 }), checkpoints({ store, steps: 2 }), watcher];
const failure = await trainer.fit(waves, { ...options, callbacks }).catch((error: unknown) => error);
if (!(failure instanceof BackendError)) throw new Error(`expected a BackendError, got ${String(failure)}`);
trainer.dispose();

await useBackend(backend);
const again = await Trainer.load(store, smallGan());
const saved = again.step;
await again.fit(waves, options);
const whole = new Trainer(smallGan(), { seed: 7 });
await whole.fit(waves, options);
const died: Died = {
  message: failure.message,
  backend: failure.backend,
  step: failure.step,
  isTold: told === failure,
  files: readdirSync(out, { recursive: true, encoding: 'utf8' }).sort(),
  logged: JSON.parse(readFileSync(log, 'utf8').trim().split('\n').at(-1) as string) as Died['logged'],
  saved,
  losses: [await again.losses(), await whole.losses()],
};
console.log(`RESULTS ${JSON.stringify(died)}`);
