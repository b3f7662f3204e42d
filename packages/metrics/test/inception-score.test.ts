import { inceptionScore } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from './draw.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** `count` samples of each class, sorted by class, the classifier being sure of each. */
function sure(classes: number, count: number): number[][] {
  return Array.from({ length: classes * count }, (_, i) => Array.from({ length: classes }, (_, y) => (y === Math.floor(i / count) ? 1 : 0)));
}

describe('inceptionScore', () => {
  it('is the number of classes where each sample is surely one and all are as frequent', async () => {
    for (const classes of [2, 10]) expect((await inceptionScore(sure(classes, 30), { of: 'probabilities', splits: 1 })).mean).toBeCloseTo(classes, 10);
    const logits = sure(10, 30).map((row) => row.map((p) => (p === 1 ? 800 : -800)));
    expect((await inceptionScore(logits, { splits: 1 })).mean).toBeCloseTo(10, 10);
  });

  it('is 1 where all samples look the same', async () => {
    const flat = Array.from({ length: 40 }, () => [0.5, -1, 2]);
    const { mean, std, scores } = await inceptionScore(flat);
    for (const score of [mean, 1 + std, ...scores]) expect(score).toBeCloseTo(1, 12);
    expect(scores).toHaveLength(10);
  });

  it('is 1 of parts that hold a class each, and not of shuffled ones', async () => {
    const predictions = sure(5, 40);
    expect((await inceptionScore(predictions, { of: 'probabilities', splits: 5, shuffle: false })).mean).toBeCloseTo(1, 10);
    const shuffled = await inceptionScore(predictions, { of: 'probabilities', splits: 5 });
    expect(shuffled.mean).toBeGreaterThan(4.5);
    expect(shuffled.mean).toBeLessThanOrEqual(5);
    expect(shuffled).toEqual(await inceptionScore(predictions, { of: 'probabilities', splits: 5, shuffle: 0 }));
    expect(shuffled).not.toEqual(await inceptionScore(predictions, { of: 'probabilities', splits: 5, shuffle: 1 }));
  });

  it('is what the definition says, of uneven parts too, and from a tensor', async () => {
    const [count, classes, splits] = [23, 4, 3];
    const flat = numbers(count * classes, 3).map((value) => 3 * value);
    const p = Array.from({ length: count }, (_, i) => {
      const row = Array.from(flat.subarray(i * classes, (i + 1) * classes), Math.exp);
      const sum = row.reduce((a, b) => a + b);
      return row.map((value) => value / sum);
    });
    const expected = Array.from({ length: splits }, (_, part) => {
      const rows = p.slice(Math.floor((part * count) / splits), Math.floor(((part + 1) * count) / splits));
      const q = Array.from({ length: classes }, (_, y) => rows.reduce((sum, row) => sum + row[y]!, 0) / rows.length);
      return Math.exp(rows.reduce((sum, row) => sum + row.reduce((kl, value, y) => kl + value * Math.log(value / q[y]!), 0), 0) / rows.length);
    });
    const logits = tf.tensor2d(flat, [count, classes]);
    const { scores, mean, std } = await inceptionScore(logits, { splits, shuffle: false });
    expect(logits.isDisposed).toBe(false);
    logits.dispose();
    scores.forEach((score, part) => expect(score).toBeCloseTo(expected[part]!, 6));
    expect(mean).toBeCloseTo(expected.reduce((a, b) => a + b) / splits, 6);
    expect(std).toBeCloseTo(Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits), 10);
  });

  it.each([
    [{ splits: 50 }, 'splits is 50, but there are 4 samples'],
    [{ splits: 0 }, 'splits must be'],
    [{ of: 'odds' }, "of must be one of 'logits', 'probabilities', got 'odds'"],
    [{ of: 'probabilities', splits: 1, shuffle: false }, "the probabilities of sample 0 add up to 3, not 1. Of logits, say { of: 'logits' }."],
    [{ parts: 2 }, "unknown option 'parts'"],
    [{ shuffle: -1 }, 'shuffle must be'],
  ])('refuses %o', async (options, message) => {
    const predictions = [
      [1, 2],
      [3, 4],
      [1, 1],
      [0, 1],
    ];
    await expect(inceptionScore(predictions, options as never)).rejects.toThrow(message);
  });

  it('refuses what is not finite, by its place', async () => {
    await expect(
      inceptionScore(
        [
          [0, 1],
          [NaN, 1],
        ],
        { splits: 1 },
      ),
    ).rejects.toThrow('point 1 of the predictions has a coordinate NaN');
  });
});
