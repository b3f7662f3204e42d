import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectNumber, expectOneOf } from './errors.ts';
import type { Logits, Regularizer } from './types.ts';

export interface GradientPenaltyOptions {
  /** lambda. 10 unless told, as in the paper. */
  readonly weight?: number;
  /** The norm the gradient is drawn to. 1 unless told. */
  readonly target?: number;
  /** `one` punishes only norms above the target. `two` unless told. */
  readonly sides?: 'one' | 'two';
  /** Critic updates from term to term, which is scaled by it. 1 unless told. */
  readonly interval?: number;
}

/**
 * The gradient penalty of WGAN-GP (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028):
 * `weight * mean((|grad_x D(x)| - target)^2)` at points between real and fake samples, one random place and one norm a
 * sample, as a term of the critic's own loss.
 */
export function gradientPenalty(options: GradientPenaltyOptions = {}): Regularizer<Logits> {
  const scope = 'core/gradientPenalty';
  expectKeys(scope, options, ['weight', 'target', 'sides', 'interval']);
  const { weight = 10, target = 1, sides = 'two', interval = 1 } = options;
  expectNumber(scope, 'weight', weight, 0);
  expectNumber(scope, 'target', target, 0);
  expectOneOf(scope, 'sides', sides, ['one', 'two']);
  expectInteger(scope, 'interval', interval, 1);
  return {
    name: 'gradientPenalty',
    config: { weight, target, sides, interval },
    player: 'discriminator',
    interval,
    secondOrder: true,
    penalty({ real, fake, rng, score }) {
      const count = real.samples.shape[0] as number;
      const place = rng.fork('gradientPenalty').uniform([count, ...real.samples.shape.slice(1).map(() => 1)]);
      const between = tf.add(fake.samples, tf.mul(place, tf.sub(real.samples, fake.samples)));
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(score(x).logits))(between);
      // The root of 0 has no derivative.
      const norm = tf.sqrt(tf.add(tf.sum(tf.square(tf.reshape(gradient, [count, -1])), 1), 1e-12));
      const excess = tf.sub(norm, target);
      return tf.mul(tf.mean(tf.square(sides === 'one' ? tf.relu(excess) : excess)), weight);
    },
  };
}
