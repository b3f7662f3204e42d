import '@ganzoo/wasm';
import { load, cards } from '@ganzoo/pretrained';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { findDirections } from '../engine/directions.ts';
import { eigenpairs } from '../engine/eigen.ts';
import { between, moved } from '../engine/latents.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** Orthogonal: a Householder reflection. */
function reflection(n: number, seed: number): number[][] {
  const v = Array.from({ length: n }, (_, i) => Math.sin(seed + 3 * i) + 0.1);
  const square = dot(v, v);
  return v.map((x, i) => v.map((y, j) => (i === j ? 1 : 0) - (2 * x * y) / square));
}

test('the directions of a linear map are its right singular vectors, the strongest first', async () => {
  const [n, m] = [12, 30];
  const [left, right] = [reflection(m, 1), reflection(n, 2)];
  const strengths = Array.from({ length: n }, (_, i) => 3 * 0.7 ** i);
  // Sample = z V S U, with a constant that no difference sees.
  const scaled = strengths.map((strength, k) => (left[k] as number[]).map((x) => strength * x));
  const map = tf.matMul(tf.transpose(tf.tensor2d(right)), tf.tensor2d(scaled)) as tf.Tensor2D;
  const found = await findDirections((z) => tf.add(tf.matMul(z, map), 5), tf.ones([2, n]), 4);
  expect(found).toHaveLength(4);
  const total = strengths.reduce((sum, x) => sum + x * x, 0);
  for (const [k, { vector, share }] of found.entries()) {
    expect(Math.abs(dot(vector, right[k] as number[]))).toBeCloseTo(1, 5);
    expect(share).toBeCloseTo((strengths[k] as number) ** 2 / total, 4);
    // To more of everything.
    const growth = (await (tf.sum(tf.matMul(tf.tensor2d([[...vector]]), map)) as tf.Scalar).data())[0] as number;
    expect(growth).toBeGreaterThan(0);
  }
});

test('of a map that bends, those count where the latents are', async () => {
  // At 0 the second coordinate has the greatest derivative; far away the fifth power of the first.
  const bent = (z: tf.Tensor2D): tf.Tensor => tf.add(tf.mul(tf.tanh(z), tf.tensor1d([1, 2, 1])), tf.pow(tf.mul(z, tf.tensor1d([1, 0, 0])), 5));
  const [near] = await findDirections(bent, tf.zeros([1, 3]), 1);
  expect(Math.abs(near?.vector[1] ?? 0)).toBeCloseTo(1, 4);
  const [far] = await findDirections(bent, tf.tensor2d([[2, 0, 0]]), 1);
  expect(Math.abs(far?.vector[0] ?? 0)).toBeCloseTo(1, 4);
});

test('eigenpairs are those of the matrix', () => {
  const n = 20;
  const matrix = Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return Math.cos(row * column + row + column) + (row === column ? row / 3 : 0);
  });
  const pairs = eigenpairs(matrix, n);
  for (const [k, { value, vector }] of pairs.entries()) {
    for (let i = 0; i < n; i++) expect(dot(matrix.slice(i * n, (i + 1) * n), vector)).toBeCloseTo(value * (vector[i] as number), 10);
    for (const [j, other] of pairs.entries()) expect(dot(vector, other.vector)).toBeCloseTo(j === k ? 1 : 0, 10);
    expect(value).toBeLessThanOrEqual(pairs[k - 1]?.value ?? Infinity);
  }
});

test.each(cards.map(({ name }) => name))('the first direction of %s changes its pictures more than the others and any coordinate do', async (name) => {
  const generator = await load(name);
  const { latentDim } = generator;
  const directions = await findDirections(generator.generate, generator.latents(8, { seed: 0 }), 8);
  const others = generator.latents(16, { seed: 1 });
  const change = (vector: ArrayLike<number>): number =>
    tf.tidy(() => {
      const step = tf.mul(tf.tensor2d([Array.from(vector)]), 0.25);
      return tf.norm(tf.sub(generator.generate(tf.add(others, step)), generator.generate(tf.sub(others, step)))).dataSync()[0] as number;
    });
  const [first, ...rest] = directions.map(({ vector }) => change(vector)) as [number, ...number[]];
  expect(first).toBeGreaterThan(rest.at(-1) as number);
  for (let i = 0; i < latentDim; i += 7) expect(first).toBeGreaterThan(change(Array.from({ length: latentDim }, (_, j) => (i === j ? 1 : 0))));
  generator.dispose();
});

test('the way between two latents is an arc: it begins and ends at them, and keeps their length', () => {
  const [a, b] = [
    [3, 0, 0],
    [0, 3, 0],
  ];
  expect([...between(a, b, 0)]).toEqual(a);
  for (const [i, x] of between(a, b, 1).entries()) expect(x).toBeCloseTo(b[i] as number, 12);
  const middle = between(a, b, 0.5);
  expect(Math.hypot(...middle)).toBeCloseTo(3, 12);
  expect(middle[0]).toBeCloseTo(3 / Math.SQRT2, 12);
  for (const [i, x] of between(a, a, 0.3).entries()) expect(x).toBeCloseTo(a[i] as number, 12);
});

test('a shift adds so many standard deviations of its direction', () => {
  const directions = [
    { vector: Float64Array.of(0, 1), share: 1 },
    { vector: Float64Array.of(1, 0), share: 0 },
  ];
  expect([...moved([1, 2], directions, [-3, 0.5])]).toEqual([1.5, -1]);
});
