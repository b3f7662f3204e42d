import * as tf from '@tensorflow/tfjs';
import type { Examiner } from '../health.ts';

const looks = 6;

/** More tensors at each of six looks in a row. A trainer's own number does not change. */
export function tensorLeak(): Examiner {
  let before: number | undefined;
  let [rises, from] = [0, 0];
  return {
    skips: 0,
    look() {
      const now = tf.memory().numTensors;
      if (before !== undefined && now > before) {
        if (rises++ === 0) from = before;
      } else rises = 0;
      before = now;
      if (rises < looks) return undefined;
      return `there are ${now} tensors, ${now - from} more than ${looks} looks ago, and always more: the memory will run out. A loss, a callback or a dataset of yours keeps what it makes: wrap its work in tf.tidy(), and dispose what run.sample() gives.`;
    },
  };
}
