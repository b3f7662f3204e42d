import * as tf from '@tensorflow/tfjs';
import { disposeTape } from '../kernels.ts';
import { valuesOf } from './expect.ts';

/** The largest slope of a scalar along any value of these tensors, NaN when one is; undefined where it does not depend on them at all. */
export async function steepest(scalar: () => tf.Tensor, by: readonly tf.Tensor[]): Promise<number | undefined> {
  let slopes: (tf.Tensor | undefined)[];
  try {
    // What tf.variableGrads calls, which throws where nothing depends on anything.
    slopes = tf.tidy(() => tf.engine().gradients(scalar, [...by], undefined, true).grads);
  } catch (error) {
    disposeTape();
    throw error;
  }
  let largest: number | undefined;
  for (const slope of slopes) {
    if (!slope) continue;
    for (const value of await valuesOf(slope)) largest = Math.max(largest ?? 0, Math.abs(value));
    slope.dispose();
  }
  return largest;
}
