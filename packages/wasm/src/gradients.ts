import * as tf from '@tensorflow/tfjs';
import type { GradConfig, Tensor } from '@tensorflow/tfjs';

/** Sums over the tiles of one axis at a time; core adds up one slice per tile. */
export const tileGradient: GradConfig = {
  kernelName: tf.Tile,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const x = saved[0]!;
    const { reps } = attrs as unknown as { reps: readonly number[] };
    return {
      x: () => {
        let sum = dy as Tensor;
        for (const [axis, times] of reps.entries()) {
          if (times === 1) continue;
          const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
          sum = tf.sum(tf.reshape(sum, [outer, times, -1]), 1);
        }
        return tf.reshape(sum, x.shape);
      },
    };
  },
};

/** dy times the slope, as one step function; core compares, multiplies and selects, and cannot differentiate that again. */
export const leakyReluGradient: GradConfig = {
  kernelName: tf.LeakyRelu,
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const { alpha } = attrs as unknown as { alpha: number };
    return { x: () => tf.mul(dy as Tensor, tf.step(saved[0]!, alpha)) };
  },
};
