import * as tf from '@tensorflow/tfjs';
import { expectFraction, expectOptions } from '../errors.ts';
import type { BothSides, Logits, Loss, Parts } from '../types.ts';
import { SCOPE } from './check.ts';

/** Options of {@link minimax} and {@link nonSaturating}. */
export interface CrossEntropyOptions {
  /**
   * The discriminator's label of real samples is 1 minus this, in [0, 1); that of fakes stays 0, and the generator's loss
   * as it is (one-sided label smoothing: Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 3.4). 0 unless told.
   */
  readonly labelSmoothing?: number;
}

/**
 * The game as first published, where the generator minimizes `log(1 - D(fake))` (Goodfellow et al. 2014,
 * https://arxiv.org/abs/1406.2661, equation 1). Its gradient vanishes when the discriminator is sure: prefer
 * {@link nonSaturating} to train with.
 *
 * `D(x)` is the sigmoid of the logits; at the optimum the discriminator's loss is `log 4`.
 */
export function minimax(options: CrossEntropyOptions = {}): Loss<Logits, unknown> {
  return crossEntropy('minimax', options, (fake) => tf.neg(tf.mean(tf.softplus(fake))));
}

/** The same game with the generator maximizing `log D(fake)`, as the paper trains it (section 3). */
export function nonSaturating(options: CrossEntropyOptions = {}): Loss<Logits, unknown> {
  return crossEntropy('nonSaturating', options, (fake) => tf.mean(tf.softplus(tf.neg(fake))));
}

/** `-t log D(real) - (1 - t) log(1 - D(real))` and `-log(1 - D(fake))`, from logits. */
function crossEntropy(name: string, options: CrossEntropyOptions, generator: (fake: tf.Tensor) => tf.Tensor): Loss<Logits, unknown> {
  expectOptions(SCOPE, name, options, ['labelSmoothing']);
  const { labelSmoothing = 0 } = options;
  expectFraction(SCOPE, `${name} labelSmoothing`, labelSmoothing);
  return {
    name,
    config: { labelSmoothing },
    boundary: 0,
    discriminator: ({ real, fake }: BothSides<Logits, unknown>): Parts => ({
      real: tf.mean(smoothed(real.out.logits, labelSmoothing)),
      fake: tf.mean(tf.softplus(fake.out.logits)),
    }),
    generator: ({ fake }) => ({ fake: generator(fake.out.logits) }),
  };
}

/** `softplus(x) - t x` for the label `t = 1 - smoothing`, written so that it is exact for large logits of either sign. */
function smoothed(logits: tf.Tensor, smoothing: number): tf.Tensor {
  const sure = tf.softplus(tf.neg(logits));
  return smoothing === 0 ? sure : tf.add(sure, tf.mul(logits, smoothing));
}
