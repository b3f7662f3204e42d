/**
 * Trains one entry from one seed on native TensorFlow and leaves 10,000 samples in its folder: `train.ts <entry> <seed> <folder>`.
 * A process of its own; stopped, it goes on from its last checkpoint.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpoints, every, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { folder, jsonLog, useBackend } from '@ganzoo/node';
import { enterNativeProject } from '../../native.ts';
import { entries, type Entry } from './entries.ts';
import { digitBytes } from './samples.ts';
import { sampleCount, writeWhole, type Told } from './training.ts';

const [name, seed, into] = process.argv.slice(2) as [string, string, string];
const { gan, batchSize, steps } = entries.find((entry) => entry.name === name) as Entry;
const digits = await mnist();
enterNativeProject();
const { device } = await useBackend('tensorflow');

const [store, spentFile] = [folder(into), join(into, 'spent.json')];
const resumed = existsSync(join(into, 'checkpoint.safetensors'));
const spent: { seconds: number; cpuSeconds: number } = resumed ? JSON.parse(readFileSync(spentFile, 'utf8')) : { seconds: 0, cpuSeconds: 0 };
const trainer = resumed ? await Trainer.load(store, gan()) : new Trainer(gan(), { seed: Number(seed) });
const [started, cpu] = [performance.now(), process.cpuUsage()];

/** Of this process and those before it. */
function total(): typeof spent {
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: spent.seconds + (performance.now() - started) / 1000, cpuSeconds: spent.cpuSeconds + (user + system) / 1e6 };
}

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
const { step } = await trainer.fit(digits, {
  steps,
  batchSize,
  signal: stop.signal,
  callbacks: [
    checkpoints({ store, steps: 500 }),
    every(500, () => writeWhole(spentFile, JSON.stringify(total()))),
    jsonLog({ path: join(into, 'log.jsonl'), every: 100 }),
  ],
});
writeWhole(spentFile, JSON.stringify(total()));
if (step < steps) process.exit(3);

writeWhole(join(into, 'samples.bin'), await digitBytes(trainer, sampleCount / 1000));
const told: Told = { realImages: trainer.realSamples, ...total(), engine: device };
writeWhole(join(into, 'done.json'), JSON.stringify(told));
process.exit();
