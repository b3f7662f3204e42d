import * as tf from '@tensorflow/tfjs';
import type { Logits, Loss, Parts } from './types.ts';

/**
 * The game as first published, where the generator minimizes `log(1 - D(fake))` (Goodfellow et al. 2014,
 * https://arxiv.org/abs/1406.2661, equation 1). Its gradient vanishes when the discriminator is sure: prefer
 * {@link nonSaturating} to train with.
 *
 * `D(x)` is the sigmoid of the logits; at the optimum the discriminator's loss is `log 4`.
 */
export function minimax(): Loss<Logits, unknown> {
  return {
    name: 'minimax',
    config: {},
    discriminator: crossEntropy,
    generator: ({ fake }) => ({ fake: tf.neg(tf.mean(tf.softplus(fake.out.logits))) }),
  };
}

/** The same game with the generator maximizing `log D(fake)`, as the paper trains it (section 3). */
export function nonSaturating(): Loss<Logits, unknown> {
  return {
    name: 'nonSaturating',
    config: {},
    discriminator: crossEntropy,
    generator: ({ fake }) => ({ fake: minusLogSigmoid(fake.out.logits) }),
  };
}

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

/** `-log D(real)` and `-log(1 - D(fake))`, from logits. */
function crossEntropy({ real, fake }: { real: { out: Logits }; fake: { out: Logits } }): Parts {
  return { real: minusLogSigmoid(real.out.logits), fake: tf.mean(tf.softplus(fake.out.logits)) };
}

/** `mean(-log sigmoid(x))`, which is `mean(softplus(-x))` and finite for every x. */
function minusLogSigmoid(logits: tf.Tensor): tf.Tensor {
  return tf.mean(tf.softplus(tf.neg(logits)));
}
