import * as tf from '@tensorflow/tfjs';
import type { DataType, Tensor } from '@tensorflow/tfjs';
import '@ganzoo/wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectNoLeak, values } from './support.ts';

beforeAll(async () => {
  expect(await tf.setBackend('wasm')).toBe(true);
});

type Shape = readonly number[];
const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** An output tensor element by element: `source` maps an output coordinate to a value. */
function build(shape: Shape, source: (at: number[]) => number): number[] {
  return Array.from({ length: size(shape) }, (_, flat) => {
    const at: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      at.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    return source(at);
  });
}

const offset = (shape: Shape, at: readonly number[]): number => at.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);

function make(shape: Shape, dtype: DataType, seed: number): { data: number[]; tensor: () => Tensor } {
  const data = [...values(size(shape), seed)].map((v) => (dtype === 'float32' ? v : dtype === 'int32' ? Math.trunc(v * 99) + 0 : +(v > 0)));
  return { data, tensor: () => tf.tensor(data, [...shape], dtype) };
}

function expectEqual(run: () => Tensor, shape: Shape, expected: number[]): void {
  expectNoLeak(() =>
    tf.tidy(() => {
      const actual = run();
      expect(actual.shape).toEqual(shape);
      expect([...actual.dataSync()]).toEqual(expected);
    }),
  );
}

describe.each<DataType>(['float32', 'int32', 'bool'])('%s', (dtype) => {
  test.each<[Shape, Shape]>([
    [[5], [3]],
    [
      [1, 1, 1, 7],
      [4, 3, 2, 1],
    ],
    [
      [2, 3],
      [1, 4],
    ],
    [
      [2, 3],
      [4, 1],
    ],
    [
      [3, 2, 5],
      [2, 3, 4],
    ],
    [
      [2, 1, 9, 2],
      [1, 5, 1, 3],
    ],
    [
      [2, 3],
      [1, 1],
    ],
    [[1], [13]],
    [
      [2, 0],
      [3, 2],
    ],
    [
      [2, 1, 3, 1, 2],
      [1, 2, 1, 3, 2],
    ],
  ])('tiles %j by %j', (shape, reps) => {
    const { data, tensor } = make(shape, dtype, 1);
    const tiled = shape.map((length, axis) => length * reps[axis]!);
    const expected = build(
      tiled,
      (at) =>
        data[
          offset(
            shape,
            at.map((i, axis) => i % shape[axis]!),
          )
        ]!,
    );
    expectEqual(() => tf.tile(tensor(), [...reps]), tiled, expected);
  });

  test.each<[Shape, Shape, Shape]>([
    [[9], [2], [5]],
    [
      [4, 6],
      [1, 0],
      [2, 6],
    ],
    [
      [4, 6],
      [0, 3],
      [4, 2],
    ],
    [
      [3, 4, 5],
      [1, 1, 1],
      [2, 2, 3],
    ],
    [
      [3, 4, 20],
      [0, 2, 3],
      [3, 1, 12],
    ],
    [
      [2, 3, 4, 5],
      [1, 0, 2, 0],
      [1, 3, 2, 5],
    ],
    [
      [2, 3, 4, 5],
      [0, 0, 0, 0],
      [2, 3, 4, 5],
    ],
    [
      [2, 3, 2, 3, 2],
      [0, 1, 0, 2, 0],
      [2, 2, 2, 1, 2],
    ],
    [
      [3, 4],
      [1, 2],
      [0, 2],
    ],
  ])('slices %j from %j by %j', (shape, begin, length) => {
    const { data, tensor } = make(shape, dtype, 2);
    const expected = build(
      length,
      (at) =>
        data[
          offset(
            shape,
            at.map((i, axis) => i + begin[axis]!),
          )
        ]!,
    );
    expectEqual(() => tf.slice(tensor(), [...begin], [...length]), length, expected);
  });

  test.each<[readonly Shape[], number]>([
    [[[3], [4], [1]], 0],
    [
      [
        [2, 3],
        [2, 1],
      ],
      1,
    ],
    [
      [
        [2, 3],
        [1, 3],
      ],
      -2,
    ],
    [
      [
        [2, 3, 1],
        [2, 3, 1],
      ],
      2,
    ],
    [
      [
        [2, 3, 9],
        [2, 3, 12],
        [2, 3, 1],
      ],
      -1,
    ],
    [
      [
        [2, 2, 4],
        [2, 0, 4],
        [2, 3, 4],
      ],
      1,
    ],
    [[[2, 2]], 0],
  ])('concatenates %j along %d', (shapes, along) => {
    const parts = shapes.map((shape, i) => make(shape, dtype, 3 + i));
    const axis = along < 0 ? along + shapes[0]!.length : along;
    const shape = shapes[0]!.map((length, i) => (i === axis ? shapes.reduce((sum, s) => sum + s[axis]!, 0) : length));
    const expected = build(shape, (at) => {
      let part = 0;
      let inside = at[axis]!;
      while (inside >= shapes[part]![axis]!) inside -= shapes[part++]![axis]!;
      return parts[part]!.data[offset(shapes[part]!, at.with(axis, inside))]!;
    });
    expectEqual(
      () =>
        tf.concat(
          parts.map((part) => part.tensor()),
          along,
        ),
      shape,
      expected,
    );
  });

  test.each<[Shape, Shape, number]>([
    [[5], [3], 0],
    [[5, 4], [2, 3], 0],
    [[3, 6, 2], [4], 1],
    [[3, 4, 11], [2], 0],
    [[3, 6], [5], -1],
  ])('gathers from %j by indices of %j along %d', (shape, indexShape, along) => {
    const { data, tensor } = make(shape, dtype, 7);
    const axis = along < 0 ? along + shape.length : along;
    const indices = build(indexShape, (at) => (offset(indexShape, at) * 7 + 2) % shape[axis]!);
    const gathered = [...shape.slice(0, axis), ...indexShape, ...shape.slice(axis + 1)];
    const expected = build(gathered, (at) => {
      const index = indices[offset(indexShape, at.slice(axis, axis + indexShape.length))]!;
      return data[offset(shape, [...at.slice(0, axis), index, ...at.slice(axis + indexShape.length)])]!;
    });
    expectEqual(() => tf.gather(tensor(), tf.tensor(indices, [...indexShape], 'int32'), along), gathered, expected);
  });
});

test('strings still take the stock path', () => {
  tf.tidy(() => {
    const x = tf.tensor1d(['a', 'b', 'c'], 'string');
    expect(tf.slice(x, 1, 2).dataSync()).toEqual(['b', 'c']);
    expect(tf.concat([x, x]).dataSync()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });
});

test('a gathered index out of range is refused and leaves nothing behind', () => {
  expectNoLeak(() =>
    tf.tidy(() => {
      expect(() => tf.gather(tf.ones([3, 2]), tf.tensor1d([0, 3], 'int32'))).toThrow(/index value 3 is not in \[0, 2\]/);
    }),
  );
});

test('the gradient of a tile sums its copies', () => {
  expectNoLeak(() =>
    tf.tidy(() => {
      const shape = [2, 3, 1, 2];
      const reps = [2, 1, 4, 3];
      const tiled = shape.map((length, axis) => length * reps[axis]!);
      const weights = values(size(tiled), 4);
      const expected = new Float64Array(size(shape));
      build(tiled, (at) => {
        expected[
          offset(
            shape,
            at.map((i, axis) => i % shape[axis]!),
          )
        ]! += weights[offset(tiled, at)]!;
        return 0;
      });
      const gradient = tf.grad((x) => tf.sum(tf.mul(tf.tile(x, reps), tf.tensor(weights, tiled))))(tf.ones(shape));
      gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    }),
  );
});
