import * as tf from '@tensorflow/tfjs';
import { expectNumber, expectOptions } from '../errors.ts';
import type { Regularizer } from '../types.ts';

/** Options of {@link weightClipping}. */
export interface WeightClippingOptions {
  /** Weights stay within [-limit, limit]. 0.01 unless told, as in the paper. */
  readonly limit?: number;
}

/**
 * Clips every weight of the critic after each of its updates, which keeps it Lipschitz in a crude way (WGAN, Arjovsky et al.
 * 2017, https://arxiv.org/abs/1701.07875, algorithm 1).
 */
export function weightClipping(options: WeightClippingOptions = {}): Regularizer<unknown> {
  const scope = 'core/weightClipping';
  expectOptions(scope, 'weightClipping', options, ['limit']);
  const { limit = 0.01 } = options;
  expectNumber(scope, 'limit', limit, Number.MIN_VALUE);
  return {
    name: 'weightClipping',
    config: { limit },
    player: 'discriminator',
    constrain: (variables) => {
      for (const variable of variables.values()) variable.assign(tf.clipByValue(variable, -limit, limit));
    },
  };
}
