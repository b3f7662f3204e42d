import * as tf from '@tensorflow/tfjs';
import type { Logits, Loss } from '../types.ts';

/**
 * The hinge loss (Lim & Ye 2017, https://arxiv.org/abs/1705.02894; Miyato et al. 2018, https://arxiv.org/abs/1802.05957):
 * the discriminator minimizes `mean max(0, 1 - D(real)) + mean max(0, 1 + D(fake))`, the generator `-mean D(fake)`. Samples
 * past the margin teach the discriminator nothing more.
 */
export function hinge(): Loss<Logits, unknown> {
  return {
    name: 'hinge',
    config: {},
    boundary: 0,
    discriminator: ({ real, fake }) => ({
      real: tf.mean(tf.relu(tf.sub(1, real.out.logits))),
      fake: tf.mean(tf.relu(tf.add(1, fake.out.logits))),
    }),
    generator: ({ fake }) => ({ fake: tf.neg(tf.mean(fake.out.logits)) }),
  };
}
