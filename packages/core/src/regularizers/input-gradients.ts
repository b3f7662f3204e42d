/** What penalties on the discriminator's gradient by its input have in common. */
import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectOneOf, expectNumber, expectOptions, GanzooError, show } from '../errors.ts';
import { describeHyper, expectHyper, valueAt } from '../schedules.ts';
import type { Hyper, Json, Logits, PenaltyContext, Regularizer } from '../types.ts';

export interface InputPenaltyOptions {
  /** What the term is multiplied by. */
  readonly weight?: Hyper;
  /**
   * Discriminator updates from term to term, which is scaled by it (lazy regularization, Karras et al. 2020,
   * https://arxiv.org/abs/1912.04958). 1 unless told.
   */
  readonly interval?: number;
  /**
   * Lets the discriminator have batch normalization. Through it a sample's score depends on the others', and the penalty on
   * each sample's gradient no longer means what its paper says: it is refused unless told.
   */
  readonly allowBatchNorm?: boolean;
}

/** The target of a gradient's norm, and which side of it is punished. */
export interface NormTarget {
  /** The norm the gradient is drawn to. 1 unless told. */
  readonly target?: number;
  /** `one` punishes only norms above the target. `two` unless told. */
  readonly sides?: 'one' | 'two';
}

/** Makes a regularizer of a function from what a discriminator's gradient is taken at to the term without its weight. */
export function inputPenalty<O extends InputPenaltyOptions>(
  name: string,
  options: O,
  own: Readonly<Record<string, Json>>,
  weight: Hyper,
  term: (context: PenaltyContext<Logits>) => tf.Tensor,
  slopesOf?: 'real' | 'fake',
): Regularizer<Logits> {
  const { interval = 1, allowBatchNorm = false } = options;
  const scope = `core/${name}`;
  expectOptions(scope, name, options, ['weight', 'interval', 'allowBatchNorm', ...Object.keys(own)]);
  expectHyper(scope, 'weight', weight, 0);
  expectInteger(scope, 'interval', interval, 1);
  if (typeof allowBatchNorm !== 'boolean') throw new GanzooError(scope, `allowBatchNorm must be true or false, got ${show(allowBatchNorm)}.`);
  return {
    name,
    config: { weight: describeHyper(weight), ...own, interval, ...(allowBatchNorm && { allowBatchNorm }) },
    player: 'discriminator',
    interval,
    secondOrder: true,
    sampleBySample: !allowBatchNorm,
    ...(slopesOf && { slopesOf }),
    penalty: (context) => tf.mul(term(context), valueAt(weight, context.update)),
  };
}

/** `mean((norm - target)^2)`, where one-sided of norms above the target alone. */
export function distanceFromTarget(squares: tf.Tensor, { target, sides }: Required<NormTarget>): tf.Tensor {
  // The root of 0 has no derivative.
  const excess = tf.sub(tf.sqrt(tf.add(squares, 1e-12)), target);
  return tf.mean(tf.square(sides === 'one' ? tf.relu(excess) : excess));
}

export function expectTarget(scope: string, { target, sides }: Required<NormTarget>): void {
  expectNumber(scope, 'target', target, 0);
  expectOneOf(scope, 'sides', sides, ['one', 'two']);
}
