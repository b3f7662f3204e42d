import * as tf from '@tensorflow/tfjs';
import type { Logits, Loss } from '../types.ts';

/**
 * The critic's estimate of the Wasserstein distance, negated for the critic (Arjovsky et al. 2017,
 * https://arxiv.org/abs/1701.07875). Its scores have no sigmoid; keep it Lipschitz with {@link gradientPenalty} or the like.
 */
export function wasserstein(): Loss<Logits, unknown> {
  return {
    name: 'wasserstein',
    config: {},
    discriminator: ({ real, fake }) => ({ real: tf.neg(tf.mean(real.out.logits)), fake: tf.mean(fake.out.logits) }),
    generator: ({ fake }) => ({ fake: tf.neg(tf.mean(fake.out.logits)) }),
  };
}
