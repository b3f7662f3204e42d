import * as tf from '@tensorflow/tfjs';
import { squaredNorms } from '../sides.ts';
import type { Logits, Regularizer } from '../types.ts';
import { distanceFromTarget, expectTarget, inputPenalty, type InputPenaltyOptions, type NormTarget } from './input-gradients.ts';

/** `weight` is lambda: 10 unless told, as in the paper; its toy problems take 0.1. */
export interface GradientPenaltyOptions extends InputPenaltyOptions, NormTarget {}

/**
 * The gradient penalty of WGAN-GP (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028):
 * `weight * mean((|grad_x D(x)| - target)^2)` at points between real and fake samples, one random place and one norm a
 * sample, as a term of the critic's own loss.
 */
export function gradientPenalty(options: GradientPenaltyOptions = {}): Regularizer<Logits> {
  const { weight = 10, target = 1, sides = 'two' } = options;
  const norm = { target, sides };
  expectTarget('core/gradientPenalty', norm);
  return inputPenalty('gradientPenalty', options, norm, weight, ({ real, fake, rng, score }) => {
    const [count, ...shape] = real.samples.shape as [number, ...number[]];
    const place = rng.fork('gradientPenalty').uniform([count, ...shape.map(() => 1)]);
    const between = tf.add(fake.samples, tf.mul(place, tf.sub(real.samples, fake.samples)));
    return distanceFromTarget(squaredNorms(score, between), norm);
  });
}
