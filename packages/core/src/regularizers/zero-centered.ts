import * as tf from '@tensorflow/tfjs';
import { squaredNorms } from '../sides.ts';
import type { Logits, PenaltyContext, Regularizer } from '../types.ts';
import { inputPenalty, type InputPenaltyOptions } from './input-gradients.ts';

/** `weight` is gamma: 10 unless told, as in the paper; points in the plane take about 1. */
export type ZeroCenteredOptions = InputPenaltyOptions;

/**
 * R1 (Mescheder, Geiger & Nowozin 2018, https://arxiv.org/abs/1801.04406): `weight / 2 * mean(|grad_x D(x)|^2)` at the real
 * samples.
 */
export function r1(options: ZeroCenteredOptions = {}): Regularizer<Logits> {
  return zeroCentered('r1', 'real', options);
}

/** R2, of the same paper: the penalty of {@link r1} at the fake samples. */
export function r2(options: ZeroCenteredOptions = {}): Regularizer<Logits> {
  return zeroCentered('r2', 'fake', options);
}

function zeroCentered(name: string, side: 'real' | 'fake', options: ZeroCenteredOptions): Regularizer<Logits> {
  const { weight = 10 } = options;
  const term = ({ slopes, score, [side]: { samples } }: PenaltyContext<Logits>): tf.Tensor =>
    tf.mul(tf.mean(slopes?.(side) ?? squaredNorms(score, samples)), 0.5);
  return inputPenalty(name, options, {}, weight, term, side);
}
