import * as tf from '@tensorflow/tfjs';
import { rng, type Logits } from '@ganzoo/core';
import { beforeAll, expect, test } from 'vitest';
import { losses } from '../gan/gan.ts';
import { scaleOf } from '../paint/scale.ts';
import { choices } from '../settings/choices.ts';
import { initial } from '../settings/settings.ts';
import { lossCaptions } from '../words/captions.ts';
import { failureInWords } from '../words/failures.ts';
import { totals } from '../words/totals.ts';
import { History } from '../view/history.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The discriminator's loss where it gives every sample, real or fake, the same score. */
function lossAt(name: (typeof choices.loss)[number], score: number): number {
  return tf.tidy(() => {
    const side = { samples: tf.zeros([8, 2]), out: { logits: tf.fill([8, 1], score) } satisfies Logits };
    const parts = losses[name]().discriminator({ real: side, fake: side, latents: undefined, state: {}, update: 0, rng: rng(0) });
    return Object.values(parts).reduce((sum, part) => sum + (part.dataSync()[0] as number), 0);
  });
}

test.each(choices.loss)('the value at the optimum that is told of %s is the least loss of a score for all', (name) => {
  const values = Array.from({ length: 801 }, (_, i) => lossAt(name, (i - 400) / 100));
  const { value } = lossCaptions[name].atOptimum;
  expect(Math.min(...values)).toBeCloseTo(value, 5);
});

test('scores have the colours their loss gives them', () => {
  const flat = new Float32Array(100).fill(0.001);
  flat[0] = -0.001;
  // Of an undecided discriminator nothing is loud; of a critic only differences count.
  expect(Math.abs(scaleOf('minimax', flat).shade(0.001))).toBeLessThan(0.01);
  expect(scaleOf('leastSquares', flat).shade(0.5)).toBe(0);
  expect(scaleOf('hinge', flat).shade(5)).toBe(1);
  const slope = Float32Array.from({ length: 101 }, (_, i) => 1000 + i);
  expect(scaleOf('wasserstein', slope).shade(1050)).toBeCloseTo(0);
  expect(scaleOf('wasserstein', slope).shade(1100)).toBe(1);
  expect(scaleOf('wasserstein', slope).labels).toEqual(['1000', '1100', '1100'].map((_, i) => String([1000, 1100, 1100][i])));
  expect(scaleOf('relativistic', new Float32Array(4)).levels).toEqual([]);
  expect(scaleOf('minimax', new Float32Array([NaN, NaN])).levels).toEqual([]);
});

test('losses are summed by player, penalties and metrics apart', () => {
  expect(
    totals({
      'discriminator/real': 1,
      'discriminator/fake': 2,
      'discriminator/r1': 3,
      'discriminator/r2': 4,
      'discriminator/accuracy': 5,
      'generator/fake': 6,
    }),
  ).toEqual({
    discriminator: 3,
    generator: 6,
    penalty: 7,
  });
  expect(totals({ 'discriminator/pairs': 1, 'generator/pairs': 2 })).toEqual({ discriminator: 1, generator: 2 });
  expect(totals({})).toEqual({});
});

test('a long history keeps its span and stays short', () => {
  const history = new History();
  for (let step = 1; step <= 50_000; step++) history.add(step, { discriminator: step, generator: NaN });
  const [steps, discriminator, generator, penalty] = history.columns(['discriminator', 'generator', 'penalty']);
  expect(steps.length).toBeGreaterThan(500);
  expect(steps.length).toBeLessThanOrEqual(1200);
  expect(steps[0]).toBeLessThan(200);
  expect(steps.at(-1)).toBeGreaterThan(49_800);
  expect(discriminator).toEqual(steps);
  expect(new Set([...(generator as unknown[]), ...(penalty as unknown[])])).toEqual(new Set([null]));
});

test('failures are told in words, with what to try', () => {
  const diverged = { type: 'failure', run: 1, kind: 'diverged', message: '', step: 41, terms: ['discriminator/real'] } as const;
  const words = failureInWords(diverged, { ...initial, generatorRate: 0.1 }, 'wasm');
  for (const part of ['discriminator', 'step 41', 'lower learning rates', 'smaller weight', 'Reset']) expect(words).toContain(part);
  expect(failureInWords({ type: 'failure', run: null, kind: 'backend', message: 'No WebAssembly.' }, initial, 'wasm')).toContain('No WebAssembly. ');
  const lost = { type: 'failure', run: 1, kind: 'other', message: 'The device was lost.' } as const;
  expect(failureInWords(lost, initial, 'webgpu')).toContain('The device was lost. Compute with WebAssembly');
  expect(failureInWords(lost, initial, 'wasm')).not.toContain('WebAssembly');
});
