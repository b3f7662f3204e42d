import { classBalance } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** So many samples of each class, of which the classifier is not all too sure. */
const logits = (...counts: number[]): number[][] =>
  counts.flatMap((count, y) => Array.from({ length: count }, () => counts.map((_, at) => (at === y ? 2 : -1))));

describe('classBalance', () => {
  it('counts the likeliest classes; even ones are 0 from uniform, and one of k is log k', async () => {
    expect(await classBalance(logits(3, 3, 3))).toEqual({ counts: [3, 3, 3], kl: 0, missing: [] });
    const { counts, kl, missing } = await classBalance(logits(0, 7, 0, 0));
    expect([counts, missing]).toEqual([
      [0, 7, 0, 0],
      [0, 2, 3],
    ]);
    expect(kl).toBeCloseTo(Math.log(4), 12);
    // The first of several.
    expect((await classBalance([[1, 2, 2]])).counts).toEqual([0, 1, 0]);
  });

  it('is the divergence from real ones, given as counts or as predictions, whatever their number', async () => {
    const expected = 0.5 * Math.log(0.5 / 0.2) + 0.5 * Math.log(0.5 / 0.3);
    for (const reference of [[2, 3, 5], [0.2, 0.3, 0.5], logits(4, 6, 10)]) {
      const balance = await classBalance(logits(2, 2, 0), { reference });
      expect(balance.kl).toBeCloseTo(expected, 12);
      expect(balance).toMatchObject({ counts: [2, 2, 0], missing: [2] });
    }
    const real = await classBalance(logits(4, 6, 10));
    expect((await classBalance(logits(2, 3, 5), { reference: real.counts })).kl).toBeCloseTo(0, 12);
  });

  it('is infinite where the reference lacks a class that is generated, and such a class is not missing', async () => {
    expect(await classBalance(logits(1, 0, 3), { reference: [4, 0, 0] })).toEqual({ counts: [1, 0, 3], kl: Infinity, missing: [] });
  });

  it('reads probabilities and tensors, which stay', async () => {
    const [rows, reference] = [tf.tensor2d(logits(1, 3)), tf.tensor2d(logits(3, 1))];
    const probabilities = { samples: tf.softmax(rows), reference: tf.softmax(reference) };
    const ofLogits = await classBalance(rows, { reference });
    expect(ofLogits.counts).toEqual([1, 3]);
    expect(await classBalance(probabilities.samples, { of: 'probabilities', reference: probabilities.reference })).toEqual(ofLogits);
    tf.dispose([rows, reference, ...Object.values(probabilities)]);
  });

  it.each<[string, unknown, object, string]>([
    ['an unknown option', logits(1, 1), { real: [1, 1] }, "unknown option 'real'. Valid options: of, reference."],
    ['logits as probabilities', logits(1, 1), { of: 'probabilities' }, 'sample 0 has a probability of -1. Of logits'],
    ['NaN', [[0, Number.NaN]], {}, 'point 0 of the predictions has a coordinate NaN'],
    ['a reference of other classes', logits(1, 1), { reference: [1, 1, 1] }, 'the predictions are of 2 classes, but the reference is of 3;'],
    ['predictions of other classes', logits(1, 1), { reference: logits(1, 1, 1) }, 'the predictions are of 2 classes, but the reference is of 3;'],
    ['a negative count', logits(1, 1), { reference: [1, -1] }, "the reference's count of class 1 must be a finite number of at least 0, got -1."],
    ['no reference to speak of', logits(1, 1), { reference: [0, 0] }, 'the reference has no samples of any class'],
    ['a reference that is not finite', logits(1, 1), { reference: [[1, Infinity]] }, 'point 0 of the predictions of the reference has a coordinate Infinity'],
  ])('refuses %s', async (_, predictions, options, message) => {
    await expect(classBalance(predictions as number[][], options)).rejects.toThrow(message);
  });
});
