import type { Trainer } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';

/** What a generator draws, as the bytes of a picture file: so many thousand digits of 784 each. */
export async function digitBytes(trainer: Pick<Trainer, 'sample'>, thousands: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(thousands * 1000 * 784);
  for (let batch = 0; batch < thousands; batch++) {
    const images = trainer.sample(1000, { seed: batch });
    const levels = tf.tidy(() => tf.round(tf.mul(tf.add(tf.clipByValue(images, -1, 1), 1), 127.5)));
    bytes.set(await levels.data(), 784_000 * batch);
    tf.dispose([images, levels]);
  }
  return bytes;
}
