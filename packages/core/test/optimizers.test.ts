import { adam, constant, cosine, linearDecay, rmsProp, sgd, valueAt, warmup, type OptimizerRecipe } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends, use } from './support.ts';

type Rule = (w: number, g: number, slots: Record<string, number>, t: number) => number;

/** The textbook formulas in plain float64. */
const rules: Record<string, { recipe: OptimizerRecipe; rule: Rule }> = {
  adam: {
    recipe: adam({ learningRate: 0.1, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }),
    rule: (w, g, s, t) => {
      s['m'] = 0.8 * (s['m'] ?? 0) + 0.2 * g;
      s['v'] = 0.9 * (s['v'] ?? 0) + 0.1 * g * g;
      return w - (0.1 * (s['m'] / (1 - 0.8 ** t))) / (Math.sqrt(s['v'] / (1 - 0.9 ** t)) + 1e-3);
    },
  },
  rmsProp: {
    recipe: rmsProp({ learningRate: 0.1, decay: 0.7, epsilon: 1e-3 }),
    rule: (w, g, s) => {
      s['v'] = 0.7 * (s['v'] ?? 0) + 0.3 * g * g;
      return w - (0.1 * g) / (Math.sqrt(s['v']) + 1e-3);
    },
  },
  sgd: { recipe: sgd({ learningRate: 0.1 }), rule: (w, g) => w - 0.1 * g },
  momentum: {
    recipe: sgd({ learningRate: 0.1, momentum: 0.9 }),
    rule: (w, g, s) => {
      s['b'] = 0.9 * (s['b'] ?? 0) + g;
      return w - 0.1 * s['b'];
    },
  },
  scheduled: { recipe: sgd({ learningRate: linearDecay({ from: 0.2, updates: 10 }) }), rule: (w, g, _, t) => w - 0.2 * (1 - (t - 1) / 10) * g },
  clippedValue: { recipe: sgd({ learningRate: 1, clipValue: 0.5 }), rule: (w, g) => w - Math.max(-0.5, Math.min(0.5, g)) },
};

const gradient = (i: number, t: number): number => Math.sin(i + t) * 3;

describe.each(backends)('optimizers on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(Object.keys(rules))('%s follows its formula', async (name) => {
    const { recipe, rule } = rules[name] as { recipe: OptimizerRecipe; rule: Rule };
    const before = tf.memory().numTensors;
    const start = [1, -2, 0.5];
    const variable = tf.variable(tf.tensor1d(start), true);
    const expected = [...start];
    const slots = start.map(() => ({}) as Record<string, number>);
    const optimizer = recipe.build();
    for (let update = 0; update < 6; update++) {
      const gradients = tf.tensor1d(start.map((_, i) => gradient(i, update)));
      optimizer.apply(new Map([['w', gradients]]), new Map([['w', variable]]), update);
      gradients.dispose();
      expected.forEach((w, i) => (expected[i] = rule(w, gradient(i, update), slots[i] as Record<string, number>, update + 1)));
    }
    const values = await variable.data();
    expected.forEach((w, i) => expect(values[i]).toBeCloseTo(w, 4));
    optimizer.dispose();
    variable.dispose();
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1); // the variable's initial tensor
  });

  it('clips the joint norm of all gradients, and leaves small and zero ones alone', async () => {
    const step = async (a: number[], b: number[]): Promise<number[]> => {
      const variables = new Map([
        ['a', tf.variable(tf.zeros([2]))],
        ['b', tf.variable(tf.zeros([1]))],
      ]);
      const gradients = new Map([
        ['a', tf.tensor1d(a)],
        ['b', tf.tensor1d(b)],
      ]);
      sgd({ learningRate: 1, clipNorm: 1 }).build().apply(gradients, variables, 0);
      return (await Promise.all([...variables.values()].map((v) => v.data()))).flatMap((v) => Array.from(v));
    };
    expect(await step([3, 0], [4])).toEqual([expect.closeTo(-0.6, 5), expect.closeTo(0, 5), expect.closeTo(-0.8, 5)]);
    expect(await step([0.3, 0], [0.4])).toEqual([expect.closeTo(-0.3, 5), expect.closeTo(0, 5), expect.closeTo(-0.4, 5)]);
    expect((await step([0, 0], [0])).map(Math.abs)).toEqual([0, 0, 0]);
  });

  it('keeps slots by name: a variable without a gradient is left alone and shifts nobody', async () => {
    const variables = new Map(['a', 'b', 'c'].map((key) => [key, tf.variable(tf.ones([1]))]));
    const optimizer = adam({ learningRate: 0.1 }).build();
    const one = tf.ones<tf.Rank.R1>([1]);
    optimizer.apply(new Map(['a', 'b', 'c'].map((key) => [key, one])), variables, 0);
    optimizer.apply(
      new Map([
        ['a', one],
        ['c', one],
      ]),
      variables,
      1,
    );
    const [a, b, c] = await Promise.all([...variables.values()].map(async (v) => (await v.data())[0]));
    expect([a, b, c]).toEqual([expect.closeTo(0.8, 4), expect.closeTo(0.9, 4), expect.closeTo(0.8, 4)]);
    expect([...optimizer.slots(variables).keys()].sort()).toEqual(['m/a', 'm/b', 'm/c', 'v/a', 'v/b', 'v/c']);
  });
});

describe('options', () => {
  it('are checked by name and range', () => {
    expect(() => adam({ beta_1: 0.5 } as never)).toThrow("unknown option 'beta_1'. Valid options: beta1, beta2, clipNorm, clipValue, epsilon, learningRate");
    expect(() => adam({ beta1: 1.5 })).toThrow('adam beta1 must be');
    expect(() => sgd({ learningRate: -1 })).toThrow('sgd learningRate must be a finite number of at least 0, got -1');
    expect(() => rmsProp({ clipNorm: 0 })).toThrow('rmsProp clipNorm');
  });

  it('describe themselves', () => {
    expect(adam({ learningRate: cosine({ from: 1, updates: 5 }), clipNorm: 2 })).toMatchObject({
      name: 'adam',
      config: { learningRate: { name: 'cosine', config: { from: 1, to: 0, updates: 5, start: 0 } }, beta1: 0.5, clipNorm: 2 },
    });
  });
});

describe('schedules', () => {
  it('hit their ends and their middles', () => {
    expect([0, 3, 9].map((t) => valueAt(constant(2), t))).toEqual([2, 2, 2]);
    expect([0, 2, 7, 12, 99].map((t) => valueAt(linearDecay({ from: 1, to: 0.2, updates: 10, start: 2 }), t))).toEqual([
      1,
      1,
      expect.closeTo(0.6),
      expect.closeTo(0.2),
      expect.closeTo(0.2),
    ]);
    expect([0, 5, 10].map((t) => valueAt(cosine({ from: 2, updates: 10 }), t))).toEqual([2, expect.closeTo(1), expect.closeTo(0)]);
    expect([0, 1, 3, 8].map((t) => valueAt(warmup({ updates: 4, to: 8 }), t))).toEqual([2, 4, 8, 8]);
    expect(valueAt(warmup({ updates: 2, to: linearDecay({ from: 1, updates: 4 }) }), 2)).toBeCloseTo(0.5);
    expect(() => cosine({ from: 1, updates: 0 })).toThrow('cosine updates must be an integer of at least 1, got 0');
  });
});
