import * as tf from '@tensorflow/tfjs';
import { bilinear, copy, distinct, largest, mean, nearest, pool, reduce, rows, type Reference } from './float64.ts';
import { describeDerivatives, of, type Case } from './gradient-support.ts';
import { backends } from './support.ts';

type X = tf.Tensor;
type Image = tf.Tensor4D;

const shape = [2, 3, 5, 2];

const softmax = (row: number[]): number[] => {
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / sum);
};
const logSumExp = (values: number[]): number => Math.log(values.reduce((sum, x) => sum + Math.exp(x), 0));

const reductions: readonly Case[] = [
  of('softmax', (x: X) => tf.softmax(x), rows(softmax), distinct([4, 5])),
  of(
    'logSoftmax',
    (x: X) => tf.logSoftmax(x),
    rows((row) => row.map((x) => x - logSumExp(row))),
    distinct([4, 5]),
  ),
  of('logSumExp', (x: X) => tf.logSumExp(x, [1, 2]), reduce([1, 2], logSumExp), distinct(shape)),
  of('max of inner axes', (x: X) => tf.max(x, [1, 2]), reduce([1, 2], largest), distinct(shape)),
  of('max of the first axis', (x: X) => tf.max(x, 0), reduce([0], largest), distinct(shape)),
  of('max of all', (x: X) => tf.max(x), reduce([0, 1, 2, 3], largest), distinct(shape)),
  of(
    'min of the last axis',
    (x: X) => tf.min(x, -1),
    reduce([3], (values) => Math.min(...values)),
    distinct(shape),
  ),
  of(
    'prod',
    (x: X) => tf.prod(x, 1),
    reduce([1], (values) => values.reduce((a, b) => a * b)),
    distinct(shape),
  ),
  of(
    'prod of two axes',
    (x: X) => tf.prod(x, [0, 2]),
    reduce([0, 2], (values) => values.reduce((a, b) => a * b)),
    distinct([2, 3, 2]),
  ),
  ...[0, 1, 2, 3].map((axis) =>
    of(`cumsum of axis ${axis}`, (x: X) => tf.cumsum(x, axis, axis === 1, axis === 2), cumsum(axis, axis === 1, axis === 2), distinct(shape)),
  ),
];

function cumsum(axis: number, exclusive: boolean, reverse: boolean): Reference {
  return (x) => {
    const [, , c, d] = x!.shape as [number, number, number, number];
    const stride = [x!.shape[1]! * c * d, c * d, d, 1][axis]!;
    const size = x!.shape[axis]!;
    const data = x!.data.map((_, index) => {
      const place = Math.floor(index / stride) % size;
      let sum = 0;
      for (let other = 0; other < size; other++) {
        const counts = other === place ? !exclusive : reverse ? other > place : other < place;
        if (counts) sum += x!.data[index + (other - place) * stride]!;
      }
      return sum;
    });
    return { shape: x!.shape, data };
  };
}

/** Where a mirrored border comes from. `skip` is 1 where the edge is not repeated. */
const mirrored = (at: number, before: number, size: number, skip: number): number => {
  const place = at - before;
  if (place < 0) return -place - 1 + skip;
  return place < size ? place : 2 * size - 1 - skip - place;
};
const mirrorPad = (paddings: readonly [number, number][], mode: 'reflect' | 'symmetric'): Case =>
  of(
    `mirrorPad ${mode} ${JSON.stringify(paddings)}`,
    (x: X) => tf.mirrorPad(x, [...paddings], mode),
    (x) =>
      copy(
        x!.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]),
        (at) => at.map((place, axis) => mirrored(place, paddings[axis]![0], x!.shape[axis]!, mode === 'reflect' ? 1 : 0)),
      )(x!),
    distinct(shape),
  );

const shapes: readonly Case[] = [
  of(
    'tile',
    (x: X) => tf.tile(x, [1, 2, 1, 3]),
    copy([2, 6, 5, 6], ([a, b, c, d]) => [a!, b! % 3, c!, d! % 2]),
    distinct(shape),
  ),
  of(
    'tile of rank 5',
    (x: X) => tf.tile(x, [1, 2, 1, 3, 2]),
    copy([2, 2, 2, 3, 4], ([a, , c, , e]) => [a!, 0, c!, 0, e! % 2]),
    distinct([2, 1, 2, 1, 2]),
  ),
  of(
    'broadcastTo',
    (x: X) => tf.broadcastTo(x, [4, 3, 2, 5]),
    copy([4, 3, 2, 5], ([, b, , d]) => [b!, 0, d!]),
    distinct([3, 1, 5]),
  ),
  mirrorPad(
    [
      [0, 0],
      [1, 1],
      [2, 0],
      [0, 0],
    ],
    'reflect',
  ),
  mirrorPad(
    [
      [0, 0],
      [2, 2],
      [1, 4],
      [0, 1],
    ],
    'reflect',
  ),
  mirrorPad(
    [
      [1, 0],
      [3, 1],
      [0, 5],
      [0, 0],
    ],
    'symmetric',
  ),
];

const resized: readonly Case[] = [[1, 4, 5, 3] as const, [5, 3, 4, 1] as const].flatMap((image) => {
  const [, h, w] = image;
  const sizes = [
    [2 * h, 3 * w],
    [h + 3, w + 4],
    [h - 1, w - 2],
  ] as const;
  return sizes.flatMap(([a, b]) => [
    of(`nearest ${image} to ${a}x${b}`, (x: Image) => tf.image.resizeNearestNeighbor(x, [a, b]), nearest([a, b]), distinct(image)),
    of(
      `nearest ${image} to ${a}x${b}, corners aligned`,
      (x: Image) => tf.image.resizeNearestNeighbor(x, [a, b], true),
      nearest([a, b], { alignCorners: true }),
      distinct(image),
    ),
    of(
      `nearest ${image} to ${a}x${b}, half pixels`,
      (x: Image) => tf.image.resizeNearestNeighbor(x, [a, b], false, true),
      nearest([a, b], { halfPixelCenters: true }),
      distinct(image),
    ),
    of(`bilinear ${image} to ${a}x${b}`, (x: Image) => tf.image.resizeBilinear(x, [a, b]), bilinear([a, b]), distinct(image)),
    of(
      `bilinear ${image} to ${a}x${b}, corners aligned`,
      (x: Image) => tf.image.resizeBilinear(x, [a, b], true),
      bilinear([a, b], { alignCorners: true }),
      distinct(image),
    ),
    of(
      `bilinear ${image} to ${a}x${b}, half pixels`,
      (x: Image) => tf.image.resizeBilinear(x, [a, b], false, true),
      bilinear([a, b], { halfPixelCenters: true }),
      distinct(image),
    ),
  ]);
});

const padded: readonly Case[] = [
  of(
    'avgPool with numeric padding',
    (x: Image) => tf.avgPool(x, 3, 2, 1, 'floor'),
    (x) => pool([3, 3], [2, 2], 'same', mean)(x!),
    distinct([2, 5, 7, 1]),
  ),
  of(
    'maxPool with numeric padding',
    (x: Image) => tf.maxPool(x, 3, 2, 1, 'floor'),
    (x) => pool([3, 3], [2, 2], 'same', largest)(x!),
    distinct([2, 5, 7, 1]),
  ),
];

describeDerivatives([...reductions, ...shapes, ...resized]);
// TensorFlow's own kernels take no numeric padding.
describeDerivatives(
  padded,
  backends.filter((backend) => backend !== 'tensorflow'),
);
