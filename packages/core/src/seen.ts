/** What a discriminator may do to samples before it looks at them, always to both sides alike. */
import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import { valueAt } from './schedules.ts';
import type { Batch, Hyper, Prepare } from './types.ts';

/** Adds normal noise of the given standard deviation (Sønderby et al. 2017, https://arxiv.org/abs/1610.04490, section 3). */
export function noisy(sigma: Hyper): Prepare {
  return (side, rng, update) => {
    const deviation = valueAt(sigma, update);
    return deviation === 0 ? side : { ...side, samples: tf.add(side.samples, tf.mul(rng.fork('instance noise').normal(side.samples.shape), deviation)) };
  };
}

/**
 * Joins each `count` samples in a row along their last axis, as PacGAN shows them to its discriminator (Lin et al. 2018,
 * https://arxiv.org/abs/1712.04086): `[batch, ..., c]` to `[batch / count, ..., count * c]`. Labels, one a sample, are left behind.
 */
export function packed(count: number): Prepare {
  return ({ samples }) => {
    const [batch, ...shape] = samples.shape as [number, ...number[]];
    if (batch % count !== 0) {
      throw new GanzooError('core/discriminator', `a batch of ${batch} samples cannot be packed by ${count}. Set batchSize to a multiple of ${count}.`);
    }
    const [rest, channels] = [shape.slice(0, -1), shape.at(-1) as number];
    // The packed samples next to their channels: a matter of reshaping where there are no other axes.
    const apart = tf.reshape(samples, [batch / count, count, ...shape]);
    const inside = rest.length === 0 ? apart : tf.transpose(apart, [0, ...rest.map((_, axis) => axis + 2), 1, rest.length + 2]);
    return { samples: tf.reshape(inside, [batch / count, ...rest, count * channels]) };
  };
}

/** One after another. Undefined where there is nothing to do. */
export function inOrder(steps: readonly (Prepare | undefined)[]): Prepare | undefined {
  const all = steps.filter((step) => step !== undefined);
  if (all.length === 0) return undefined;
  return (side, rng, update) => all.reduce<Batch>((seen, step) => step(seen, rng, update), side);
}
