import { enableHigherOrderGradients, rng, type Live, type Pass } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyNetwork, backends, use } from './support.ts';

const pass: Pass = { training: true, updateState: false, rng: rng(1) };

type Layers = Live<{ z: tf.Tensor }, { samples: tf.Tensor }>;

function live(layer: tf.layers.Layer): Layers {
  const network = (): tf.LayersModel => tf.sequential({ layers: [layer] });
  return anyNetwork(network).build(rng(0));
}

/** Plain float64 batch normalization of rows by columns, then a smooth scalar of it. */
function batchNormScalar(x: Float64Array, channels: number, gamma: number[], beta: number[], weights: Float64Array, epsilon: number): number {
  const rows = x.length / channels;
  let total = 0;
  for (let c = 0; c < channels; c++) {
    let mean = 0;
    for (let r = 0; r < rows; r++) mean += (x[r * channels + c] as number) / rows;
    let variance = 0;
    for (let r = 0; r < rows; r++) variance += ((x[r * channels + c] as number) - mean) ** 2 / rows;
    for (let r = 0; r < rows; r++) {
      const y = (((x[r * channels + c] as number) - mean) / Math.sqrt(variance + epsilon)) * (gamma[c] as number) + (beta[c] as number);
      total += (weights[r * channels + c] as number) * y * y;
    }
  }
  return total;
}

/** The gradient by central differences of a float64 function. */
function differences(f: (x: Float64Array) => number, x: Float64Array, h = 1e-5): number[] {
  return Array.from(x, (_, i) => {
    const moved = (by: number): number => f(Float64Array.from(x, (value, j) => (i === j ? value + by : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });
}

function expectClose(got: ArrayLike<number>, expected: readonly number[], relative: number): void {
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => expect(Math.abs((got[i] as number) - value) / scale, `value ${i}: ${got[i]} against ${value}`).toBeLessThan(relative));
}

describe.each(backends)('batch normalization on %s', (backend) => {
  beforeAll(() => use(backend));
  const [gamma, beta, epsilon] = [[1.5, 0.5, -1], [0.1, 0, 0.3], 1e-3];

  it.each([
    ['a batch of 1', [1, 2, 3, 3]],
    ['a batch of 5, not square', [5, 3, 1, 3]],
    ['vectors', [4, 3]],
  ])('has right first and second derivatives for %s', async (_, shape) => {
    const layer = live(tf.layers.batchNormalization({ inputShape: shape.slice(1), epsilon }));
    const [gammaVariable, betaVariable] = [...layer.trainable.values()] as [tf.Variable, tf.Variable];
    tf.tidy(() => {
      gammaVariable.assign(tf.tensor1d(gamma));
      betaVariable.assign(tf.tensor1d(beta));
    });
    const size = shape.reduce((a, b) => a * b);
    const x = Float64Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) + 0.1 * i);
    const w = Float64Array.from({ length: size }, (_, i) => Math.cos(i * 0.9));
    const [xs, ws] = [tf.tensor(Float32Array.from(x), shape), tf.tensor(Float32Array.from(w), shape)];
    const scalar = (t: tf.Tensor): tf.Scalar => tf.sum<tf.Scalar>(tf.mul(ws, tf.square(layer.apply({ z: t }, pass).samples)));
    const reference = (values: Float64Array): number => batchNormScalar(values, 3, gamma, beta, w, epsilon);
    const first = differences(reference, x);
    expectClose(
      await tf
        .grad((t) => scalar(t))(xs)
        .data(),
      first,
      1e-4,
    );

    // d/dx of |df/dx|^2: what a gradient penalty differentiates.
    const second = differences((values) => differences(reference, values, 1e-4).reduce((sum, g) => sum + g * g, 0), x, 1e-3);
    const penalty = tf.grad((t) => tf.sum(tf.square(tf.grad((u) => scalar(u))(t))))(xs);
    expectClose(await penalty.data(), second, 5e-3);

    const { grads } = tf.variableGrads(() => scalar(xs), [gammaVariable, betaVariable]);
    const byGamma = differences((g) => batchNormScalar(x, 3, [...g], beta, w, epsilon), Float64Array.from(gamma));
    const byBeta = differences((b) => batchNormScalar(x, 3, gamma, [...b], w, epsilon), Float64Array.from(beta));
    expectClose(await (grads[gammaVariable.name] as tf.Tensor).data(), byGamma, 1e-4);
    expectClose(await (grads[betaVariable.name] as tf.Tensor).data(), byBeta, 1e-4);
    layer.dispose();
  });

  it('tiles nothing', () => {
    const layer = live(tf.layers.batchNormalization({ inputShape: [4, 4, 3] }));
    const x = tf.ones([8, 4, 4, 3]);
    const kernelNames = kernelsOf(() => tf.grad((t) => tf.sum(layer.apply({ z: t }, pass).samples))(x));
    expect(kernelNames).toContain('GanzooBatchNormGrad');
    expect(kernelNames).not.toContain('Tile');
    layer.dispose();
  });
});

/** Names of the kernels a function launches. */
function kernelsOf(run: () => void): string[] {
  const engine = tf.engine();
  const names: string[] = [];
  const original = engine.runKernel.bind(engine);
  engine.runKernel = ((name: string, ...rest: [never, never]) => {
    names.push(name);
    return original(name, ...rest);
  }) as typeof engine.runKernel;
  try {
    tf.tidy(run);
  } finally {
    engine.runKernel = original;
  }
  return names;
}

describe.each(backends)('up-sampling and layer normalization on %s', (backend) => {
  beforeAll(() => {
    enableHigherOrderGradients();
    return use(backend);
  });

  it('repeats pixels, and sums their gradients, for batches over 1', async () => {
    const layer = live(tf.layers.upSampling2d({ inputShape: [2, 3, 2], size: [2, 3] }));
    const x = Float32Array.from({ length: 36 }, (_, i) => Math.sin(i));
    const w = Float32Array.from({ length: 36 * 6 }, (_, i) => Math.cos(i));
    const [xs, ws] = [tf.tensor(x, [3, 2, 3, 2]), tf.tensor(w, [3, 4, 9, 2])];
    const y = await layer.apply({ z: xs }, pass).samples.data();
    const expected = new Array<number>(36).fill(0);
    for (let n = 0; n < 3; n++)
      for (let row = 0; row < 4; row++)
        for (let column = 0; column < 9; column++)
          for (let c = 0; c < 2; c++) {
            const [out, source] = [((n * 4 + row) * 9 + column) * 2 + c, ((n * 2 + Math.floor(row / 2)) * 3 + Math.floor(column / 3)) * 2 + c];
            expect(y[out]).toBe(x[source]);
            expected[source] = (expected[source] as number) + (w[out] as number);
          }
    expectClose(
      await tf
        .grad((t) => tf.sum(tf.mul(ws, layer.apply({ z: t }, pass).samples)))(xs)
        .data(),
      expected,
      1e-5,
    );
    layer.dispose();
  });

  it('normalizes each row with a right gradient', async () => {
    const layer = live(tf.layers.layerNormalization({ inputShape: [4], epsilon: 1e-3 }));
    const x = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i * 1.3));
    const w = Float64Array.from({ length: 12 }, (_, i) => Math.cos(i));
    const reference = (values: Float64Array): number => {
      let total = 0;
      for (let r = 0; r < 3; r++) {
        const row = values.slice(r * 4, r * 4 + 4);
        const mean = row.reduce((a, b) => a + b) / 4;
        const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / 4;
        row.forEach((value, i) => (total += (w[r * 4 + i] as number) * ((value - mean) / Math.sqrt(variance + 1e-3)) ** 2));
      }
      return total;
    };
    const ws = tf.tensor2d(Float32Array.from(w), [3, 4]);
    const gradient = tf.grad((t) => tf.sum(tf.mul(ws, tf.square(layer.apply({ z: t }, pass).samples))))(tf.tensor2d(Float32Array.from(x), [3, 4]));
    expectClose(await gradient.data(), differences(reference, x), 1e-4);
    layer.dispose();
  });
});
