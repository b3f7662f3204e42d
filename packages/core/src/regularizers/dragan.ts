import * as tf from '@tensorflow/tfjs';
import { expectNumber } from '../errors.ts';
import { squaredNorms } from '../sides.ts';
import type { Logits, Regularizer } from '../types.ts';
import { distanceFromTarget, expectTarget, inputPenalty, type InputPenaltyOptions, type NormTarget } from './input-gradients.ts';

/** `weight` is lambda: 10 unless told. */
export interface DraganOptions extends InputPenaltyOptions, NormTarget {
  /** The most that a value of a real sample is moved by, in standard deviations of the batch. 0.5 unless told. */
  readonly noise?: number;
}

/**
 * The penalty of DRAGAN (Kodali et al. 2017, https://arxiv.org/abs/1705.07215): that of {@link gradientPenalty} around the
 * real samples alone, `weight * mean((|grad_x D(x + delta)| - target)^2)`. As in the code its authors published, delta is
 * uniform in [0, noise * standard deviation of the batch) for each value.
 */
export function dragan(options: DraganOptions = {}): Regularizer<Logits> {
  const { weight = 10, target = 1, sides = 'two', noise = 0.5 } = options;
  const norm = { target, sides };
  expectTarget('core/dragan', norm);
  expectNumber('core/dragan', 'noise', noise, 0);
  return inputPenalty('dragan', options, { ...norm, noise }, weight, ({ real, rng, score }) => {
    const { samples } = real;
    const deviation = tf.sqrt(tf.mean(tf.square(tf.sub(samples, tf.mean(samples)))));
    const near = tf.add(samples, tf.mul(rng.fork('dragan').uniform(samples.shape), tf.mul(deviation, noise)));
    return distanceFromTarget(squaredNorms(score, near), norm);
  });
}
