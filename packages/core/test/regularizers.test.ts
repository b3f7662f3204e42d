import { adam, defineGan, discriminator, generator, gradientPenalty, rng, Trainer, wasserstein, type Discriminator, type Gan, type Pass } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backends, bytesOf, imageGan, images, points, use } from './support.ts';

const slope = 0.2;
const activations = {
  leakyRelu: { f: (x: number) => (x > 0 ? x : slope * x), derivative: (x: number) => (x > 0 ? 1 : slope) },
  tanh: { f: Math.tanh, derivative: (x: number) => 1 - Math.tanh(x) ** 2 },
} as const;

const [inputs, hidden, batch] = [3, 5, 4];

/** The penalty of a critic `w2 . f(x W1 + b1) + b2`, in plain float64. */
function penalty64(
  weights: readonly Float64Array[],
  points: number[][],
  derivative: (x: number) => number,
  { weight, target, oneSided }: { weight: number; target: number; oneSided: boolean },
): number {
  const [w1, b1, w2] = weights as [Float64Array, Float64Array, Float64Array];
  let total = 0;
  for (const x of points) {
    const gradient = new Array<number>(inputs).fill(0);
    for (let h = 0; h < hidden; h++) {
      let sum = b1[h] as number;
      for (let i = 0; i < inputs; i++) sum += (x[i] as number) * (w1[i * hidden + h] as number);
      for (let i = 0; i < inputs; i++) gradient[i] = (gradient[i] as number) + (w2[h] as number) * derivative(sum) * (w1[i * hidden + h] as number);
    }
    const excess = Math.hypot(...gradient) - target;
    total += oneSided ? Math.max(excess, 0) ** 2 : excess ** 2;
  }
  return (weight * total) / points.length;
}

describe.each(backends)('gradientPenalty on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['leakyRelu', 'two', 1],
    ['tanh', 'two', 1],
    ['tanh', 'one', 0.1],
  ] as const)('has the value and the gradients of its formula for %s, %s-sided, target %d', async (activation, sides, target) => {
    const critic = discriminator({ network: mlp({ inputShape: [inputs], hidden: [hidden], outputShape: [1], activation, slope }) });
    const pass: Pass = { training: true, updateState: false, rng: rng(0) };
    // A trainer asks for second derivatives; here nobody else does.
    new Trainer(planeOf(critic)).dispose();
    const live = critic.build(rng(3));
    const [real, fake] = [rng(1).normal([batch, inputs]), rng(2).normal([batch, inputs])];
    const stream = rng(7);
    const place = (await stream.fork('gradientPenalty').uniform([batch, 1]).array()) as number[][];
    const [reals, fakes] = (await Promise.all([real.array(), fake.array()])) as number[][][];
    const between = place.map(([t], row) =>
      Array.from({ length: inputs }, (_, i) => (fakes?.[row]?.[i] as number) + (t as number) * ((reals?.[row]?.[i] as number) - (fakes?.[row]?.[i] as number))),
    );

    const score = (samples: tf.Tensor): { logits: tf.Tensor } => live.apply({ samples }, pass);
    const side = (samples: tf.Tensor): { samples: tf.Tensor; out: { logits: tf.Tensor } } => ({ samples, out: score(samples) });
    const regularizer = gradientPenalty({ weight: 10, target, sides });
    if (!('penalty' in regularizer)) throw new Error('no penalty');
    const variables = [...live.trainable.values()];
    const { value, grads } = tf.variableGrads(
      () => regularizer.penalty({ real: side(real), fake: side(fake), latents: {}, state: {}, update: 0, rng: stream, score }) as tf.Scalar,
      variables,
    );

    const weights = await Promise.all(variables.map(async (variable) => Float64Array.from(await variable.data())));
    const reference = (changed: readonly Float64Array[]): number =>
      penalty64(changed, between, activations[activation].derivative, { weight: 10, target, oneSided: sides === 'one' });
    expect((await value.data())[0]).toBeCloseTo(reference(weights), 3);
    for (const [index, variable] of variables.slice(0, 3).entries()) {
      const gradient = grads[variable.name];
      const got = gradient ? await gradient.data() : new Float32Array(variable.size);
      const expected = Array.from(weights[index] as Float64Array, (_, at) => {
        const moved = (by: number): number => reference(weights.map((w, i) => (i === index ? w.map((value, j) => (j === at ? value + by : value)) : w)));
        return (moved(1e-6) - moved(-1e-6)) / 2e-6;
      });
      const scale = Math.max(1, ...expected.map(Math.abs));
      expected.forEach((value, at) => expect(Math.abs((got[at] as number) - value) / scale, `weight ${index}, value ${at}`).toBeLessThan(1e-3));
    }
    live.dispose();
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

function planeOf(critic: Discriminator): Gan {
  return defineGan({
    generator: generator({ latentDim: 2, network: mlp({ inputShape: [2], hidden: [], outputShape: [inputs] }) }),
    discriminator: critic,
    loss: wasserstein(),
  });
}

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
    const trainer = new Trainer(imageGan({ loss: wasserstein(), regularizers: [gradientPenalty()] }));
    const real = images(8);
    const counted = new Trainer(imageGan({ loss: wasserstein() }));
    for (const each of [trainer, counted]) await each.fit(real, { steps: 1, batchSize: 4 });
    const moments = async (each: Trainer): Promise<Map<string, number[]>> => {
      const bytes = await bytesOf(each);
      const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
      const names = Object.keys(header).filter((name) => /^network\/discriminator\/.*moving/.test(name));
      return new Map(names.map((name) => [name, [...bytes.slice(8 + length).subarray(...(header[name]?.data_offsets as [number, number]))]]));
    };
    const [penalized, plain] = await Promise.all([moments(trainer), moments(counted)]);
    expect(plain.size).toBe(2);
    expect(penalized).toEqual(plain);
    expect(await trainer.losses()).toHaveProperty('discriminator/gradientPenalty');
    for (const each of [trainer, counted]) each.dispose();
    real.dispose();
  });

  it('checks its options', () => {
    expect(() => gradientPenalty({ lambda: 10 } as never)).toThrow("unknown option 'lambda'. Valid options: interval, sides, target, weight.");
    expect(() => gradientPenalty({ sides: 'both' as never })).toThrow("sides must be one of 'one', 'two', got 'both'");
    expect(() => gradientPenalty({ interval: 0 })).toThrow('interval must be an integer of at least 1, got 0');
  });
});
