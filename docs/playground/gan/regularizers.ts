import { dragan, gradientPenalty, r1, r2, weightClipping, type Logits, type Regularizer } from '@ganzoo/core';
import type { Regularizer as Name } from '../settings/choices.ts';

/** What each choice of the menu adds to a GAN. */
export const regularizers: Readonly<Record<Name, (weight: number) => Regularizer<Logits>[]>> = {
  none: () => [],
  gradientPenalty: (weight) => [gradientPenalty({ weight })],
  r1: (weight) => [r1({ weight })],
  r2: (weight) => [r2({ weight })],
  r1r2: (weight) => [r1({ weight }), r2({ weight })],
  dragan: (weight) => [dragan({ weight })],
  weightClipping: (weight) => [weightClipping({ limit: weight })],
};
