import * as tf from '@tensorflow/tfjs';
import { GanzooError } from '../errors.ts';
import { describeHyper, expectHyper, valueAt } from '../schedules.ts';
import type { BothSides, Hyper, Loss, Parts } from '../types.ts';
import { expectLoss, SCOPE } from './check.ts';

/**
 * `weight * loss`: every part of either player's loss, times a number or a schedule of that player's updates. It keeps the
 * loss's name.
 */
export function weighted<O, L>(weight: Hyper, loss: Loss<O, L>): Loss<O, L> {
  expectHyper(SCOPE, 'weighted weight', weight, -Infinity);
  expectLoss('weighted', loss);
  if (loss.state)
    throw new GanzooError(
      SCOPE,
      `weighted cannot scale '${loss.name}', which keeps a state made of its parts as they are. Scale its parts where it makes them, or the other losses.`,
    );
  const scale = (parts: Parts, update: number): Parts =>
    // What is no tensor is left as it is, for the step to refuse by name.
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part instanceof tf.Tensor ? tf.mul(part, valueAt(weight, update)) : part]));
  return {
    ...loss,
    config: { weight: describeHyper(weight), loss: { name: loss.name, config: loss.config } },
    discriminator: (context: BothSides<O, L>) => scale(loss.discriminator(context), context.update),
    generator: (context: BothSides<O, L>) => scale(loss.generator(context), context.update),
  } as Loss<O, L>;
}
