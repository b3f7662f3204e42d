import { rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { landscape, pulls, type Critic } from '../engine/look.ts';
import { gridSize } from '../engine/protocol.ts';
import { losses } from '../gan/gan.ts';
import { choices } from '../settings/choices.ts';
import { extent } from '../settings/drawing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** `0.5 x - y + 0.3 x y` */
const score = (x: number, y: number): number => 0.5 * x - y + 0.3 * x * y;
const critic: Critic = (points) => {
  const [x, y] = tf.split(points, 2, 1) as [tf.Tensor, tf.Tensor];
  return { logits: tf.add(tf.sub(tf.mul(x, 0.5), y), tf.mul(tf.mul(x, y), 0.3)) };
};
const real = [
  [0.2, 0.1],
  [-0.4, 0.8],
  [1, 1],
];
const fake = [
  [0.5, -0.3],
  [-1, 0.25],
  [0, 0.7],
];

/** The generator's loss, of samples as numbers. */
function lossOf(name: (typeof choices.loss)[number], samples: readonly (readonly number[])[]): number {
  return tf.tidy(() => {
    const side = (points: readonly (readonly number[])[]) => {
      const tensor = tf.tensor2d(points as number[][]);
      return { samples: tensor, out: critic(tensor) };
    };
    const parts = losses[name]().generator({ fake: side(samples), real: side(real), latents: undefined, state: {}, update: 0, rng: rng(0) });
    return Object.values(parts).reduce((sum, part) => sum + (part.dataSync()[0] as number), 0);
  });
}

test.each(choices.loss)('arrows of %s point where its loss falls, by differences of the loss itself', async (name) => {
  const tensors = [tf.tensor2d(fake), tf.tensor2d(real)] as const;
  const arrows = await pulls(critic, losses[name](), ...tensors, rng(0));
  tf.dispose([...tensors]);
  const step = 1e-2;
  const expected = fake.flatMap((_, i) =>
    [0, 1].map((axis) => {
      const moved = (by: number) => fake.map((other, j) => (i === j ? other.map((value, k) => (k === axis ? value + by : value)) : other));
      return (-fake.length * (lossOf(name, moved(step)) - lossOf(name, moved(-step)))) / (2 * step);
    }),
  );
  expect(arrows).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(arrows[i]).toBeCloseTo(value, 3);
});

test('the landscape is read from the top left, at the centers of its cells', async () => {
  const scores = await landscape(critic);
  const cell = (2 * extent) / gridSize;
  expect(scores[0]).toBeCloseTo(score(cell / 2 - extent, extent - cell / 2), 4);
  expect(scores[gridSize - 1]).toBeCloseTo(score(extent - cell / 2, extent - cell / 2), 4);
  expect(scores.at(-1)).toBeCloseTo(score(extent - cell / 2, cell / 2 - extent), 4);
});
