import '../src/index.ts';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, values } from './support.ts';

beforeAll(async () => void (await tf.setBackend('wasm')));

const shapes: readonly (readonly number[])[] = [[1], [7], [3, 5], [3, 3, 2, 4], []];

describe('GanzooAdam', () => {
  it.each(shapes.map((shape) => ({ shape })))('updates $shape as in plain float64', ({ shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const [g, m, v, w] = [1, 2, 3, 4].map((seed) => values(size, seed)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const squares = v.map(Math.abs);
    const attributes = { beta1: 0.5, beta2: 0.9, rate: 0.3, epsilon: 1e-3 };
    const mean = Array.from(g, (slope, i) => 0.5 * m[i]! + 0.5 * slope);
    const square = Array.from(g, (slope, i) => 0.9 * squares[i]! + 0.1 * slope * slope);
    const variable = Array.from(w, (value, i) => value - (0.3 * mean[i]!) / (Math.sqrt(square[i]!) + 1e-3));
    expectNoLeak(() =>
      tf.tidy(() => {
        const inputs = { gradient: g, mean: m, square: squares, variable: w };
        const tensors = Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, tf.tensor(data, [...shape])]));
        const results = tf.engine().runKernel('GanzooAdam', tensors, attributes) as unknown as tf.Tensor[];
        expect(results).toHaveLength(3);
        [mean, square, variable].forEach((expected, i) => expectClose(results[i]!, expected));
        expect(results[2]!.shape).toEqual(shape);
        // The inputs stay as they were.
        expect(tensors['variable']!.dataSync()).toEqual(w);
      }),
    );
  });
});
