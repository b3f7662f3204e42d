import { minimax, nonSaturating, rng, wasserstein, type Logits, type Loss, type Parts } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends, use } from './support.ts';

const real = [2, -1];
const fake = [0.5, -3];
const softplus = (x: number): number => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function evaluate(
  loss: Loss<Logits, unknown>,
  realLogits: number[],
  fakeLogits: number[],
): { discriminator: Record<string, number>; generator: Record<string, number> } {
  return tf.tidy(() => {
    const side = (logits: number[]): { samples: tf.Tensor; out: Logits } => ({
      samples: tf.zeros([logits.length, 2]),
      out: { logits: tf.tensor2d(logits, [logits.length, 1]) },
    });
    const context = { real: side(realLogits), fake: side(fakeLogits), latents: {}, state: {}, update: 0, rng: rng(0) };
    const numbers = (parts: Parts): Record<string, number> =>
      Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.dataSync()[0] as number]));
    return { discriminator: numbers(loss.discriminator(context)), generator: numbers(loss.generator(context)) };
  });
}

describe.each(backends)('losses on %s', (backend) => {
  beforeAll(() => use(backend));

  it('discriminates by cross-entropy of logits', () => {
    for (const loss of [minimax(), nonSaturating()]) {
      const { discriminator } = evaluate(loss, real, fake);
      expect(discriminator['real']).toBeCloseTo(mean(real.map((x) => -Math.log(sigmoid(x)))), 5);
      expect(discriminator['fake']).toBeCloseTo(mean(fake.map((x) => -Math.log(1 - sigmoid(x)))), 5);
    }
  });

  it('minimizes log(1 - D) when saturating and -log D when not', () => {
    expect(evaluate(minimax(), real, fake).generator['fake']).toBeCloseTo(mean(fake.map((x) => Math.log(1 - sigmoid(x)))), 5);
    expect(evaluate(nonSaturating(), real, fake).generator['fake']).toBeCloseTo(mean(fake.map((x) => softplus(-x))), 5);
  });

  it('is the difference of mean scores for a Wasserstein critic, and minus the mean for its generator', () => {
    expect(evaluate(wasserstein(), [2, -1], [0.5, -3])).toEqual({ discriminator: { real: -0.5, fake: -1.25 }, generator: { fake: 1.25 } });
  });

  it('is log 4 for a discriminator that knows nothing', () => {
    const { discriminator } = evaluate(nonSaturating(), [0, 0], [0, 0]);
    expect((discriminator['real'] as number) + (discriminator['fake'] as number)).toBeCloseTo(Math.log(4), 6);
  });

  it('stays finite for any logits', () => {
    const { discriminator, generator } = evaluate(nonSaturating(), [-1e4], [1e4]);
    expect(discriminator).toEqual({ real: 1e4, fake: 1e4 });
    expect(generator['fake']).toBe(0);
  });
});
