/**
 * Trains the generators that this package brings, and writes `../src/models`, `../src/cards.ts`, and their part of the README:
 * `pnpm --filter @ganzoo/pretrained train [name ...]`, on native TensorFlow where it is installed; Ctrl-C saves, and the same
 * command goes on. Of each training the checkpoint is kept whose samples come closest to training digits.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { fid, imageStatistics, mnistClassifier } from '@ganzoo/metrics';
import { readRunConfig, train, useBackend } from '@ganzoo/node';
import { enterNativeProject } from '../../../bench/native.ts';
import * as tf from '@tensorflow/tfjs';
import { drawSamples } from './draw.ts';
import { recipes, type Recipe } from './recipes.ts';
import { writeModel } from './write-model.ts';

const seed = 0;
const judged = 5000;
const root = join(import.meta.dirname, '../../../runs/pretrained');
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !recipes.some((recipe) => recipe.name === name));
if (unknown) throw new GanzooError('pretrained', `no recipe is called '${unknown}'. There are: ${recipes.map(({ name }) => name).join(', ')}.`);

const missing = enterNativeProject();
if (missing.length > 0) console.warn(`Without native TensorFlow, which needs ${missing.join(', ')}, this takes hours.`);
const { name: backend, device } = await useBackend();
console.log(`On ${backend} (${device}).`);
const digits = await mnist();
const judge = await mnistClassifier();
const real = await imageStatistics({ images: digits, extractor: judge, samples: judged });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

for (const recipe of recipes.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  if (!(await trained(recipe))) break;
  await writeModel(recipe, await described(recipe), join(root, recipe.name, 'checkpoints/best/generator'));
}
await drawSamples();
process.exit();

async function trained({ name, steps, batchSize, gan }: Recipe): Promise<boolean> {
  const { trainer, step } = await train({
    dir: join(root, name),
    gan: gan(),
    dataset: digits,
    steps,
    batchSize,
    seed,
    existing: 'resume',
    logEvery: 50,
    evaluation: {
      steps: 1000,
      metrics: { distance: (run) => fid({ real, generated: run, extractor: judge, samples: judged, signal: run.signal }) },
      best: { metric: 'distance', mode: 'min' },
    },
    signal: stop.signal,
  });
  trainer.dispose();
  return step === steps;
}

/** What the run directory says of the training. */
async function described({ name }: Recipe): Promise<{ step: number; seed: number; seconds: number; engine: string; variant: string }> {
  const { step } = JSON.parse(readFileSync(join(root, name, 'checkpoints/best/best.json'), 'utf8')) as { step: number };
  const lines = readFileSync(join(root, name, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n');
  // Each part counts its seconds from 0.
  let [seconds, part] = [0, 0];
  for (const line of lines) {
    const entry = JSON.parse(line) as { gan?: object; seconds?: number };
    if (entry.gan) [seconds, part] = [seconds + part, 0];
    else part = entry.seconds ?? part;
  }
  const config = await readRunConfig(join(root, name));
  const engine = `${backend}, TensorFlow.js ${tf.version['tfjs-core']}`;
  return { step, seed, seconds: Math.round(seconds + part), engine, variant: config?.gan.name ?? '' };
}
