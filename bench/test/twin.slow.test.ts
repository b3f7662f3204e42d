import { spawnSync } from 'node:child_process';
import { discriminator, type Gan } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { mnist } from '@ganzoo/datasets/node';
import { useBackend } from '@ganzoo/node';
import { beforeAll, expect, test } from 'vitest';
import { entries, perceptronGan } from '../quality/digits/entries.ts';
import { replay } from './replay.ts';

const python = process.env['GANZOO_PYTHON'] ?? 'python3';
const hasTorch = spawnSync(python, ['-c', 'import numpy, torch']).status === 0;

beforeAll(async () => {
  expect((await useBackend('wasm')).name).toBe('wasm');
});

// Masks of dropout are drawn inside the networks, where neither side can be told them.
const withoutDropout = (): Gan =>
  perceptronGan({ discriminator: discriminator({ network: mlp({ inputShape: [28, 28, 1], hidden: [1024, 512, 256], outputShape: [1], slope: 0.01 }) }) });
const gans = entries.map(({ name, batchSize, gan }) => ({ name, batchSize, gan: name === 'vanillaGan' ? withoutDropout : gan }));

test.each(gans)('PyTorch plays the rounds of $name as they are played here', async ({ name, gan, batchSize }) => {
  if (!hasTorch && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: the twins of the digits need '${python}' with torch and numpy; GANZOO_PYTHON names another.`);
    return;
  }
  const digits = await mnist();
  // Weights that part at once, on roundings, have all others part a little rounds later.
  // PyTorch measures the unbiased variance of what is normalized, which the perceptron's few rows let one see in its images.
  for (const [rounds, limits] of [
    [1, { apart: 1e-4, images: 0.02, losses: 1e-4 }],
    [3, { apart: 0.15, images: 0.04, losses: 0.01 }],
  ] as const) {
    const { apart, images, losses } = await replay(gan(), digits, { rounds, batchSize, python });
    console.info(
      `${name}, ${rounds} rounds: images ${images.toPrecision(2)}, weights ${Math.max(...Object.values(apart)).toPrecision(2)} ${JSON.stringify(losses)}`,
    );
    expect(Object.keys(apart).length).toBeGreaterThan(10);
    for (const [weight, share] of Object.entries(apart)) expect(share, weight).toBeLessThan(limits.apart);
    expect(images).toBeLessThan(limits.images);
    for (const [theirs, ours] of Object.values(losses)) expect(Math.abs(theirs - ours) / Math.abs(theirs)).toBeLessThan(limits.losses);
  }
});
