import '@ganzoo/wasm';
import { readFileSync, statSync } from 'node:fs';
import { mnist } from '@ganzoo/datasets/node';
import { classifierScore, fid, mnistClassifier } from '@ganzoo/metrics';
import { cards, load } from '@ganzoo/pretrained';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { madePart, table } from '../training/readme.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

it('has a generator of digits by each variant', () => {
  expect(cards.map(({ name, variant }) => [name, variant])).toEqual([
    ['mnist-dcgan', 'dcgan'],
    ['mnist-lsgan', 'lsgan'],
    ['mnist-vanilla', 'vanillaGan'],
    ['mnist-wgan-gp', 'wganGp'],
  ]);
});

it.each(cards.map(({ name }) => name))('%s draws what its card says', async (name) => {
  const before = tf.memory().numTensors;
  const generator = await load(name);
  const { card, latentDim, sampleShape } = generator;
  expect([latentDim, sampleShape]).toEqual([card.latentDim, card.sampleShape]);
  const judge = await mnistClassifier();
  const samples = 500;
  const generated = { sample: (count: number, { seed }: { seed: number }) => generator.sample(count, { seed }) };
  const { mean } = await classifierScore({ generated, classifier: judge, samples });
  const distance = await fid({ real: await mnist({ split: 'test' }), generated, extractor: judge, samples });
  // Of a twentieth of the samples: scores come out lower, distances greater.
  expect(mean).toBeGreaterThan(card.scores.score - 1);
  expect(mean).toBeLessThan(card.scores.score + 0.3);
  expect(distance).toBeGreaterThan(card.scores.distance - 1);
  expect(distance).toBeLessThan(card.scores.distance + 3);
  judge.dispose();
  generator.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it.each(cards.map(({ name }) => name))('%s is below 2 MB', (name) => {
  expect(statSync(new URL(`../src/models/${name}.ts`, import.meta.url)).size).toBeLessThan(2e6);
});

it('has in its README what the cards say', () => {
  expect(madePart(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))).toBe(table(cards));
});

it('names those there are', async () => {
  await expect(load('mnist-biggan')).rejects.toThrow(
    "no generator is called 'mnist-biggan'. There are: mnist-dcgan, mnist-lsgan, mnist-vanilla, mnist-wgan-gp.",
  );
});
