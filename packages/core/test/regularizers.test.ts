import {
  adam,
  defineGan,
  discriminator,
  dragan,
  enableHigherOrderGradients,
  every,
  generator,
  gradientPenalty,
  linearDecay,
  r1,
  r2,
  rng,
  sgd,
  Trainer,
  wasserstein,
  weightClipping,
  type Gan,
  type Logits,
  type Regularizer,
  type Rng,
} from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends, bytesOf, imageGan, images, planeGan, points, use } from './support.ts';

const slope = 0.2;
const [inputs, hidden, batch] = [3, 5, 4];
type Matrix = number[][];

interface Style {
  readonly activation: 'leakyRelu' | 'tanh';
  readonly norm: 'none' | 'layer' | 'batch';
}

/** The sum of the scores of `dense, norm, activation, dense`, in plain float64; the weights as mlp() orders them. */
function scores64(weights: readonly Float64Array[], points: Matrix, { activation, norm }: Style): number {
  const left = [...weights];
  const take = (): Float64Array => left.shift() as Float64Array;
  const w1 = take();
  const b1 = norm === 'batch' ? new Float64Array(hidden) : take();
  const [gamma, beta] = norm === 'none' ? [] : [take(), take()];
  const [w2, b2] = [take(), take()];
  let units = points.map((x) => Array.from(b1, (bias, h) => x.reduce((sum, value, i) => sum + value * (w1[i * hidden + h] as number), bias)));
  const normalized = (rows: Matrix): Matrix =>
    rows.map((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
    });
  if (norm === 'layer') units = normalized(units);
  if (norm === 'batch') units = transposed(normalized(transposed(units)));
  if (gamma && beta) units = units.map((row) => row.map((value, h) => value * (gamma[h] as number) + (beta[h] as number)));
  const f = activation === 'tanh' ? Math.tanh : (x: number) => (x > 0 ? x : slope * x);
  return units.reduce((sum, row) => sum + row.reduce((score, value, h) => score + f(value) * (w2[h] as number), b2[0] as number), 0);
}

function transposed(rows: Matrix): Matrix {
  return (rows[0] as number[]).map((_, column) => rows.map((row) => row[column] as number));
}

/** The squared norm of the gradient of the scores at each point, by central differences. */
function squares64(weights: readonly Float64Array[], points: Matrix, style: Style): number[] {
  return points.map((point, row) =>
    point.reduce((sum, _, i) => {
      const moved = (by: number): number =>
        scores64(
          weights,
          points.map((x, r) => (r === row ? x.map((value, j) => (j === i ? value + by : value)) : x)),
          style,
        );
      return sum + ((moved(1e-5) - moved(-1e-5)) / 2e-5) ** 2;
    }, 0),
  );
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const towards = (target: number, sides: 'one' | 'two') => (squares: number[]) =>
  mean(squares.map((square) => (sides === 'one' ? Math.max(Math.sqrt(square) - target, 0) : Math.sqrt(square) - target) ** 2));

interface Case {
  readonly regularizer: Regularizer<Logits>;
  /** Where the gradient is taken. */
  readonly at: (real: Matrix, fake: Matrix, stream: Rng) => Promise<Matrix>;
  /** From the squared norms there to the term. */
  readonly term: (squares: number[]) => number;
}

const between = async (real: Matrix, fake: Matrix, stream: Rng): Promise<Matrix> => {
  const place = (await stream.fork('gradientPenalty').uniform([batch, 1]).array()) as Matrix;
  return fake.map((row, r) => row.map((value, i) => value + (place[r]?.[0] as number) * ((real[r]?.[i] as number) - value)));
};
const nearReal = async (real: Matrix, _: Matrix, stream: Rng): Promise<Matrix> => {
  const draws = (await stream.fork('dragan').uniform([batch, inputs]).array()) as Matrix;
  const all = real.flat();
  const deviation = Math.sqrt(mean(all.map((value) => (value - mean(all)) ** 2)));
  return real.map((row, r) => row.map((value, i) => value + 0.5 * deviation * (draws[r]?.[i] as number)));
};

const allowBatchNorm = true;
const cases: Readonly<Record<string, Case>> = {
  gradientPenalty: { regularizer: gradientPenalty({ allowBatchNorm }), at: between, term: (s) => 10 * towards(1, 'two')(s) },
  'one-sided gradientPenalty': {
    regularizer: gradientPenalty({ weight: 3, target: 0.1, sides: 'one', allowBatchNorm }),
    at: between,
    term: (s) => 3 * towards(0.1, 'one')(s),
  },
  dragan: { regularizer: dragan({ weight: 7, allowBatchNorm }), at: nearReal, term: (s) => 7 * towards(1, 'two')(s) },
  r1: { regularizer: r1({ allowBatchNorm }), at: async (real) => real, term: (s) => 5 * mean(s) },
  r2: { regularizer: r2({ weight: 4, allowBatchNorm }), at: async (_, fake) => fake, term: (s) => 2 * mean(s) },
};
const styles: readonly Style[] = [
  { activation: 'leakyRelu', norm: 'none' },
  { activation: 'tanh', norm: 'none' },
  { activation: 'tanh', norm: 'layer' },
  { activation: 'tanh', norm: 'batch' },
];

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await use(backend);
    enableHigherOrderGradients();
  });

  describe.each(Object.keys(cases))('%s', (name) => {
    it.each(styles)('has the value and the gradients of its formula through $activation and $norm norm', async (style) => {
      const { regularizer, at, term } = cases[name] as Case;
      if (!('penalty' in regularizer)) throw new Error('no penalty');
      const critic = discriminator({ network: mlp({ inputShape: [inputs], hidden: [hidden], outputShape: [1], ...style, slope }) });
      const live = critic.build(rng(3));
      const score = (samples: tf.Tensor): Logits => live.apply({ samples }, { training: true, updateState: false, rng: rng(0) });
      const [real, fake] = [rng(1).normal([batch, inputs]), rng(2).normal([batch, inputs])];
      const variables = [...live.trainable.values()];
      const side = (samples: tf.Tensor): { samples: tf.Tensor; out: Logits } => ({ samples, out: score(samples) });
      const before = tf.memory().numTensors;
      const { value, grads } = tf.variableGrads(
        () => regularizer.penalty({ real: side(real), fake: side(fake), latents: {}, state: {}, update: 0, rng: rng(7), score }) as tf.Scalar,
        variables,
      );
      expect(tf.memory().numTensors - before).toBe(1 + Object.keys(grads).length);

      const points = await at((await real.array()) as Matrix, (await fake.array()) as Matrix, rng(7));
      const weights = await Promise.all(variables.map(async (variable) => Float64Array.from(await variable.data())));
      const reference = (changed: readonly Float64Array[]): number => term(squares64(changed, points, style));
      const expected = reference(weights);
      expect(Math.abs(((await value.data())[0] as number) - expected) / expected).toBeLessThan(1e-3);
      for (const [index, variable] of variables.entries()) {
        const gradient = grads[variable.name];
        const got = gradient ? await gradient.data() : new Float32Array(variable.size);
        const slopes = Array.from(weights[index] as Float64Array, (_, place) => {
          const moved = (by: number): number => reference(weights.map((w, i) => (i === index ? w.map((v, j) => (j === place ? v + by : v)) : w)));
          return (moved(1e-5) - moved(-1e-5)) / 2e-5;
        });
        const scale = Math.max(1e-2, ...slopes.map(Math.abs));
        slopes.forEach((slope64, place) => expect(Math.abs((got[place] as number) - slope64) / scale, `weight ${index}, value ${place}`).toBeLessThan(2e-3));
      }
      live.dispose();
    });
  });

  it('weightClipping keeps every weight of the critic within its limit, and no weight of the generator', async () => {
    const trainer = new Trainer(planeGan({ loss: wasserstein(), regularizers: [weightClipping({ limit: 0.03 })] }));
    await trainer.fit(points(8), { steps: 2, batchSize: 4 });
    const all = await weightsOf(trainer);
    const largest = (network: string): number =>
      Math.max(...[...all].filter(([key]) => key.startsWith(`network/${network}/`)).flatMap(([, w]) => w.map(Math.abs)));
    expect(largest('discriminator')).toBeCloseTo(0.03, 6);
    expect(largest('generator')).toBeGreaterThan(0.1);
    trainer.dispose();
  });
});

describe('the penalty of a linear critic', () => {
  beforeAll(() => use('cpu'));

  // Its gradient is (3, 4) everywhere, of norm 5.
  it.each([
    [{}, 10 * 16],
    [{ weight: 2, target: 2 }, 2 * 9],
    [{ weight: 1, target: 0 }, 25],
    [{ weight: 1, target: 7 }, 4],
    [{ weight: 1, target: 7, sides: 'one' }, 0],
    [{ weight: 1, target: 3, sides: 'one' }, 4],
  ] as const)('with %j is %d', (options, expected) => {
    const score = (samples: tf.Tensor): { logits: tf.Tensor } => ({ logits: tf.matMul(samples as tf.Tensor2D, tf.tensor2d([[3], [4]])) });
    const regularizer = gradientPenalty(options);
    if (!('penalty' in regularizer)) throw new Error('no penalty');
    const [real, fake] = [rng(1).normal([6, 2]), rng(2).normal([6, 2])].map((samples) => ({ samples, out: score(samples) }));
    const value = regularizer.penalty({ real: real!, fake: fake!, latents: {}, state: {}, update: 0, rng: rng(3), score });
    expect(value.dataSync()[0]).toBeCloseTo(expected, 3);
  });
});

describe('a critic under a gradient penalty', () => {
  beforeAll(() => use('wasm'));

  it('trains, and its gradient norm approaches the target', async () => {
    const gan = defineGan({
      sampleShape: [2],
      generator: generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [16], outputShape: [2] }) }),
      discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [16, 16], outputShape: [1] }) }),
      loss: wasserstein(),
      regularizers: [gradientPenalty({ weight: 10 })],
      criticSteps: 3,
      optimizers: { discriminator: adam({ learningRate: 2e-3 }) },
    });
    const before = tf.memory().numTensors;
    const trainer = new Trainer(gan, { seed: 2 });
    await trainer.fit(points(64), { steps: 1, batchSize: 32 });
    const first = (await trainer.losses())['discriminator/gradientPenalty'] as number;
    await trainer.fit(points(64), { steps: 150, batchSize: 32 });
    const last = (await trainer.losses())['discriminator/gradientPenalty'] as number;
    expect(first).toBeGreaterThan(1);
    expect(last).toBeLessThan(first / 10);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('moves no batch-norm moments by being scored between real and fake', async () => {
    const trainer = new Trainer(imageGan({ loss: wasserstein(), regularizers: [gradientPenalty({ allowBatchNorm: true })] }));
    const real = images(8);
    const counted = new Trainer(imageGan({ loss: wasserstein() }));
    for (const each of [trainer, counted]) await each.fit(real, { steps: 1, batchSize: 4 });
    const moments = async (each: Trainer): Promise<Map<string, number[]>> =>
      new Map([...(await weightsOf(each))].filter(([name]) => /^network\/discriminator\/.*moving/.test(name)));
    const [penalized, plain] = await Promise.all([moments(trainer), moments(counted)]);
    expect(plain.size).toBe(2);
    expect(penalized).toEqual(plain);
    expect(await trainer.losses()).toHaveProperty('discriminator/gradientPenalty');
    for (const each of [trainer, counted]) each.dispose();
    real.dispose();
  });

  it('checks its options', () => {
    expect(() => gradientPenalty({ lambda: 10 } as never)).toThrow("unknown option 'lambda'. Valid options: allowBatchNorm, interval, sides, target, weight.");
    expect(() => gradientPenalty({ sides: 'both' as never })).toThrow("sides must be one of 'one', 'two', got 'both'");
    expect(() => gradientPenalty({ interval: 0 })).toThrow('interval must be an integer of at least 1, got 0');
    expect(() => r1({ target: 1 } as never)).toThrow("[ganzoo/core/r1] unknown option 'target'. Valid options: allowBatchNorm, interval, weight.");
    expect(() => r2({ weight: -1 })).toThrow('[ganzoo/core/r2] weight must be a finite number of at least 0, got -1.');
    expect(() => dragan({ noise: Number.NaN })).toThrow('[ganzoo/core/dragan] noise must be a finite number of at least 0, got NaN.');
    expect(() => weightClipping({ limit: 0 })).toThrow('[ganzoo/core/weightClipping] limit must be a finite number');
  });
});

describe('a penalty', () => {
  beforeAll(() => use('cpu'));

  it.each([gradientPenalty, dragan, r1, r2])('refuses batch norm in the critic unless told (%s)', (make) => {
    const gan = (options: object): Gan => imageGan({ loss: wasserstein(), regularizers: [make(options)] });
    expect(() => new Trainer(gan({}))).toThrow(/takes each sample's gradient to be its own, but layer '.*' of the discriminator normalizes over the batch/);
    new Trainer(gan({ allowBatchNorm: true })).dispose();
  });

  it('follows the schedule of its weight, and comes every interval scaled by it', async () => {
    const regularizer = r1({ weight: linearDecay({ from: 8, updates: 4 }), interval: 2 });
    const linear = discriminator({ network: linearCritic });
    const trainer = new Trainer(planeGan({ discriminator: linear, regularizers: [regularizer], optimizers: { discriminator: sgd({ learningRate: 0 }) } }));
    const seen: (number | undefined)[] = [];
    await trainer.fit(points(8), {
      steps: 4,
      batchSize: 4,
      callbacks: [every(1, async (run) => void seen.push((await run.losses())['discriminator/r1']))],
    });
    // The gradient is (3, 4): half of 25, times the weight of updates 0 and 2, times the interval; between them the last one stands.
    expect(seen.map((value) => value?.toFixed(2))).toEqual(['200.00', '200.00', '100.00', '100.00']);
    trainer.dispose();
  });

  it('has the same value with another penalty of the other side, computed at once, as alone', async () => {
    const first = async (regularizers: Regularizer<Logits>[]): Promise<Record<string, number>> => {
      const trainer = new Trainer(
        planeGan({ discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [8], outputShape: [1] }) }), regularizers }),
      );
      await trainer.fit(points(8), { steps: 1, batchSize: 4 });
      const losses = await trainer.losses();
      trainer.dispose();
      return losses;
    };
    const [both, real, fake] = [await first([r1(), r2()]), await first([r1()]), await first([r2()])];
    expect(both['discriminator/r1']).toBeCloseTo(real['discriminator/r1'] as number, 5);
    expect(both['discriminator/r2']).toBeCloseTo(fake['discriminator/r2'] as number, 5);
    expect(both['discriminator/r1']).not.toBeCloseTo(both['discriminator/r2'] as number, 5);
  });

  it('sees samples as the network takes them: packed', async () => {
    const shapes: number[][] = [];
    const looking: Regularizer = {
      name: 'looking',
      config: {},
      player: 'discriminator',
      interval: 1,
      penalty: ({ real, fake, score }) => {
        shapes.push(real.samples.shape, fake.samples.shape, score(real.samples).logits.shape);
        return tf.scalar(0);
      },
    };
    const critic = discriminator({ packing: 2, network: mlp({ inputShape: [4], hidden: [3], outputShape: [1] }) });
    const trainer = new Trainer(planeGan({ discriminator: critic, regularizers: [looking, r1(), gradientPenalty()] }));
    await trainer.fit(points(8), { steps: 1, batchSize: 6 });
    expect(shapes).toEqual([
      [3, 4],
      [3, 4],
      [3, 1],
    ]);
    trainer.dispose();
  });
});

/** `3 x + 4 y`. */
function linearCritic(): tf.LayersModel {
  const layer = tf.layers.dense({ inputShape: [2], units: 1, useBias: false });
  const model = tf.sequential({ layers: [layer] });
  tf.tidy(() => layer.setWeights([tf.tensor2d([[3], [4]])]));
  return model;
}

/** All variables of a checkpoint by name. */
async function weightsOf(trainer: Trainer): Promise<Map<string, number[]>> {
  const bytes = await bytesOf(trainer);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
  const read = (from: number, to: number): number[] => [...new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer)];
  return new Map(Object.entries(header).flatMap(([name, { data_offsets }]) => (data_offsets ? [[name, read(...data_offsets)] as const] : [])));
}
