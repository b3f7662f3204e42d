import * as tf from '@tensorflow/tfjs';
import { expectOneOf, expectOptions, GanzooError, show } from '../errors.ts';
import type { BothSides, Loss } from '../types.ts';
import { expectSameShape, SCOPE } from './check.ts';

/** Options of {@link reconstruction}. */
export interface ReconstructionOptions<L = unknown> {
  /** `l1`: mean absolute difference; `l2`: mean squared difference. `l1` unless told. */
  readonly norm?: 'l1' | 'l2';
  /** What the fakes should have been, shaped as they are. The real sample of the same row unless told: data in pairs. */
  readonly target?: (context: BothSides<unknown, L>) => tf.Tensor;
}

/**
 * How far fakes are from what they should have been: `mean |fake - target|` (`l1`; Isola et al. 2017,
 * https://arxiv.org/abs/1611.07004, equation 3) or `mean (fake - target)^2` (`l2`; Pathak et al. 2016,
 * https://arxiv.org/abs/1604.07379), over all values of the batch.
 *
 * It adds nothing to the discriminator, so it is a term for {@link combine}; a trainer refuses it alone, saying that the
 * discriminator's loss returned no parts.
 */
export function reconstruction<L = unknown>(options: ReconstructionOptions<L> = {}): Loss<unknown, L> {
  expectOptions(SCOPE, 'reconstruction', options, ['norm', 'target']);
  const { norm = 'l1', target } = options;
  expectOneOf(SCOPE, 'reconstruction norm', norm, ['l1', 'l2']);
  if (target !== undefined && typeof target !== 'function')
    throw new GanzooError(SCOPE, `reconstruction target must be a function of the context, such as ({ real }) => real.samples, got ${show(target)}.`);
  return {
    name: 'reconstruction',
    config: { norm, target: target ? target.name || 'anonymous' : null },
    discriminator: () => ({}),
    generatorSeesReal: true,
    generator(context) {
      const { samples } = context.fake;
      // Of the real side only the samples are touched: what the discriminator makes of them is computed when first looked at.
      const wanted = target ? target(context) : context.real.samples;
      expectSameShape('reconstruction', ['fakes', samples], ['target values', wanted], 'Return a target of the shape of the fakes.');
      const difference = tf.sub(samples, wanted);
      return { reconstruction: tf.mean(norm === 'l1' ? tf.abs(difference) : tf.square(difference)) };
    },
  };
}
