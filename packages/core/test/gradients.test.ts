import { enableHigherOrderGradients } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { binary, distinct, map, positive } from './float64.ts';
import { describeDerivatives, of, toTensor, type Case } from './gradient-support.ts';
import { backends, isNative, use } from './support.ts';

type X = tf.Tensor;

const shape = [2, 3, 5, 2];
const one = (name: string, run: (x: X) => tf.Tensor, f: (x: number) => number): Case => of(name, run, map(f), distinct(shape));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x));
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];

/** Abramowitz and Stegun 7.1.5: the power series, which float64 sums to the last digits for small x. */
function erf(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 1; n < 40; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const activations: readonly Case[] = [
  one(
    'relu',
    (x: X) => tf.relu(x),
    (x) => Math.max(x, 0),
  ),
  one(
    'leakyRelu',
    (x: X) => tf.leakyRelu(x, 0.2),
    (x) => (x > 0 ? x : 0.2 * x),
  ),
  one(
    'relu6',
    (x: X) => tf.relu6(tf.mul(x, 7)),
    (x) => Math.min(Math.max(7 * x, 0), 6),
  ),
  one(
    'elu',
    (x: X) => tf.elu(x),
    (x) => (x > 0 ? x : Math.expm1(x)),
  ),
  one(
    'selu',
    (x: X) => tf.selu(x),
    (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
  ),
  one('softplus', (x: X) => tf.softplus(x), softplus),
  one('tanh', (x: X) => tf.tanh(x), Math.tanh),
  one('sigmoid', (x: X) => tf.sigmoid(x), sigmoid),
  one('exp', (x: X) => tf.exp(x), Math.exp),
  one(
    'swish',
    (x: X) => tf.mul(x, tf.sigmoid(x)),
    (x) => x * sigmoid(x),
  ),
  one(
    'mish',
    (x: X) => tf.mul(x, tf.tanh(tf.softplus(x))),
    (x) => x * Math.tanh(softplus(x)),
  ),
  one(
    'gelu',
    (x: X) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
    (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2)),
  ),
  of(
    'prelu of a slope for each channel',
    (x: X, a: X) => tf.prelu(x, a),
    binary((x, a) => (x > 0 ? x : a * x)),
    distinct(shape),
    distinct([2], 1),
  ),
  of(
    'prelu of a slope for each unit',
    (x: X, a: X) => tf.prelu(x, a),
    binary((x, a) => (x > 0 ? x : a * x)),
    distinct(shape),
    distinct([3, 5, 2], 1),
  ),
];

const elementwise: readonly Case[] = [
  one(
    'clipByValue',
    (x: X) => tf.clipByValue(x, -0.557, 0.657),
    (x) => Math.min(Math.max(x, -0.557), 0.657),
  ),
  one(
    'where',
    (x: X) => tf.where(tf.greater(x, 0), tf.square(x), tf.sin(x)),
    (x) => (x > 0 ? x * x : Math.sin(x)),
  ),
  one(
    'where not',
    (x: X) => tf.where(tf.logicalNot(tf.lessEqual(x, 0.5)), tf.exp(x), x),
    (x) => (x > 0.5 ? Math.exp(x) : x),
  ),
  of('maximum', (a: X, b: X) => tf.maximum(a, b), binary(Math.max), distinct(shape), distinct(shape, 1)),
  of('maximum, broadcasting', (a: X, b: X) => tf.maximum(a, b), binary(Math.max), distinct(shape), distinct([5, 1], 1)),
  of('minimum, broadcasting', (a: X, b: X) => tf.minimum(a, b), binary(Math.min), distinct(shape), distinct([2], 1)),
  of(
    'squaredDifference, broadcasting',
    (a: X, b: X) => tf.squaredDifference(a, b),
    binary((a, b) => (a - b) ** 2),
    distinct(shape),
    distinct([5, 1], 1),
  ),
  one(
    'pow of an integer',
    (x: X) => tf.pow(x, 3),
    (x) => x ** 3,
  ),
  of(
    'pow of a fraction',
    (x: X) => tf.pow(x, 1.5),
    map((x) => x ** 1.5),
    positive(shape),
  ),
  of(
    'pow by its exponent',
    (x: X) => tf.pow(1.7, x),
    map((x) => 1.7 ** x),
    distinct(shape),
  ),
  of('pow by both', (a: X, b: X) => tf.pow(a, b), binary(Math.pow), positive(shape), distinct([2], 1)),
];

describeDerivatives([...activations, ...elementwise]);

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    enableHigherOrderGradients();
    await use(backend);
  });

  it('shares the gradient of an extreme among those that tie for it', async () => {
    const x = tf.tensor2d([3, 1, 3, -2, -2, -2], [2, 3]);
    expect(
      await tf
        .grad((t) => tf.sum(tf.max(t, 1)))(x)
        .data(),
    ).toEqual(Float32Array.of(0.5, 0, 0.5, 1 / 3, 1 / 3, 1 / 3));
    expect(
      await tf
        .grad((t) => tf.sum(tf.min(t, 1)))(x)
        .data(),
    ).toEqual(Float32Array.of(0, 1, 0, 1 / 3, 1 / 3, 1 / 3));
  });

  it('keeps products, powers and large units finite at the points that spoil a quotient, a logarithm or an exp', async () => {
    const twice = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x) => tf.sum(tf.grad((t) => tf.sum(f(t)))(x)));
    const product = twice((x) => tf.prod(x, 1))(tf.tensor2d([0, 2, 3, 0, 0, 5], [2, 3]));
    // Of xyz: y + z, x + z and x + y, from the mixed derivatives.
    expect(await product.data()).toEqual(Float32Array.of(5, 3, 2, 5, 5, 0));
    expect(await twice((x) => tf.pow(x, 1))(tf.tensor1d([0, 2])).data()).toEqual(Float32Array.of(0, 0));
    expect(await twice((x) => tf.pow(x, 2))(tf.tensor1d([0, 2])).data()).toEqual(Float32Array.of(2, 2));
    const [byExponent] = await tf
      .grad((b) => tf.sum(tf.pow(tf.tensor1d([0, -1, Math.E]), b)))(tf.scalar(2))
      .data();
    expect(byExponent).toBeCloseTo(Math.E ** 2, 4);
    expect(await twice((x) => tf.selu(x))(tf.tensor1d([200])).data()).toEqual(Float32Array.of(0));
  });

  it('includes both bounds in what a clip lets through', async () => {
    const gradient = tf.grad((x) => tf.sum(tf.clipByValue(x, -1, 1)))(tf.tensor1d([-2, -1, 0, 1, 2]));
    expect(await gradient.data()).toEqual(Float32Array.of(0, 1, 1, 1, 0));
  });

  it('differentiates the gradients of convolutions by the filter too', async () => {
    // d/dx of the squared filter gradient, against the same by a plain difference along one direction.
    const [x, w] = [distinct([2, 4, 5, 2]), distinct([3, 2, 2, 2], 1)].map(toTensor) as [tf.Tensor4D, tf.Tensor4D];
    for (const op of [tf.conv2d, tf.depthwiseConv2d]) {
      const slope = (at: tf.Tensor): tf.Scalar =>
        tf.sum(tf.square(tf.grad((filter) => tf.sum(tf.square(op(at as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'))))(w)));
      const direction = toTensor(distinct([2, 4, 5, 2], 2));
      const along = tf.sum(tf.mul(tf.grad(slope)(x), direction));
      const difference = tf.div(tf.sub(slope(tf.add(x, tf.mul(direction, 0.01))), slope(tf.sub(x, tf.mul(direction, 0.01)))), 0.02);
      const [got, expected] = [await along.data(), await difference.data()];
      expect(Math.abs(got[0]! / expected[0]! - 1)).toBeLessThan(2e-3);
    }
  });
});

describe('enabling', () => {
  const kept = ['Tanh', 'Softmax', 'Softplus'];
  afterEach(() => void vi.restoreAllMocks());

  it('is silent, also in debug mode, and changes nothing when repeated', async () => {
    await use('cpu');
    const said = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) => vi.spyOn(console, method));
    tf.env().set('DEBUG', true);
    for (const spy of said) spy.mockClear();
    const stock = kept.map((name) => tf.getGradient(name));
    tf.registerGradient({ kernelName: 'Relu6', gradFunc: () => ({}) });
    for (const spy of said) spy.mockClear();
    enableHigherOrderGradients();
    const [relu6, record] = [tf.getGradient('Relu6'), (tf.engine() as unknown as { addTapeNode: unknown }).addTapeNode];
    enableHigherOrderGradients();
    expect(tf.getGradient('Relu6')).toBe(relu6);
    expect((tf.engine() as unknown as { addTapeNode: unknown }).addTapeNode).toBe(record);
    expect(kept.map((name) => tf.getGradient(name))).toEqual(stock);
    tf.env().set('DEBUG', false);
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
  });

  it.skipIf(isNative)('costs no kernel more where stock was right', async () => {
    await use('wasm');
    const names: string[] = [];
    const engine = tf.engine();
    const original = engine.runKernel.bind(engine);
    vi.spyOn(engine, 'runKernel').mockImplementation(((name: string, ...rest: [never, never]) => {
      names.push(name);
      return original(name, ...rest);
    }) as typeof engine.runKernel);
    const launched = (f: (x: tf.Tensor) => tf.Tensor): string[] => {
      names.length = 0;
      tf.tidy(() => tf.grad(f)(tf.ones([4, 3])));
      // A composed kernel launches nothing itself.
      return names.filter((name) => name !== 'Identity' && !name.startsWith('Ganzoo'));
    };
    expect(launched((x) => tf.relu(x))).toEqual(['Relu', 'Step', 'Multiply']);
    expect(launched((x) => tf.leakyRelu(x, 0.2)).slice(-2)).toEqual(['Step', 'Multiply']);
    expect(launched((x) => tf.tanh(x))).toEqual(['Tanh', 'Square', 'Sub', 'Multiply']);
    expect(launched((x) => tf.sigmoid(x))).toEqual(['Sigmoid', 'Sub', 'Multiply', 'Multiply']);
    expect(launched((x) => tf.tile(x, [50, 40]))).not.toContain('Slice');
  });
});
