import type { Logits, Loss, Rng } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { extent } from '../settings/drawing.ts';
import { gridSize } from './protocol.ts';

/** Scores points `[n, 2]` without moving anything. */
export type Critic = (points: tf.Tensor) => Logits;

/** The logits at the centers of a grid's cells, from the top left, row by row. */
export async function landscape(critic: Critic): Promise<Float32Array> {
  const logits = tf.tidy(() => critic(grid()).logits);
  return take(logits);
}

/**
 * Minus the gradient of the generator's loss at each fake sample, as if it alone were the batch: where a step of the
 * generator would like that sample to go.
 */
export async function pulls(critic: Critic, loss: Loss<Logits, unknown>, fake: tf.Tensor, real: tf.Tensor, rng: Rng): Promise<Float32Array> {
  const count = fake.shape[0] as number;
  const gradients = tf.tidy(() => {
    const objective = (samples: tf.Tensor): tf.Scalar => {
      const shared = { latents: undefined, state: {}, update: 0, rng };
      const sides = { fake: { samples, out: critic(samples) }, real: { samples: real, out: critic(real) } };
      return tf.addN(Object.values(loss.generator({ ...shared, ...sides }))) as tf.Scalar;
    };
    // Losses are means over the batch.
    return tf.mul(tf.grad(objective)(fake), -count);
  });
  return take(gradients);
}

function grid(): tf.Tensor {
  const cell = (2 * extent) / gridSize;
  const points = new Float32Array(2 * gridSize * gridSize);
  for (let i = 0; i < gridSize * gridSize; i++) {
    points[2 * i] = ((i % gridSize) + 0.5) * cell - extent;
    points[2 * i + 1] = extent - (Math.floor(i / gridSize) + 0.5) * cell;
  }
  return tf.tensor2d(points, [gridSize * gridSize, 2]);
}

/** The values of a tensor, which is disposed, in memory of their own. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return new Float32Array(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
