import '@ganzoo/wasm';
import {
  combine,
  dragan,
  featureMatching,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  reconstruction,
  relativistic,
  wasserstein,
  weightClipping,
  weighted,
} from '@ganzoo/core';
import { lossSuite, regularizerSuite } from '@ganzoo/core/testing';
import { describe, it } from 'vitest';

describe.each([
  { name: 'minimax', make: () => minimax() },
  { name: 'nonSaturating', make: () => nonSaturating({ labelSmoothing: 0.1 }) },
  { name: 'wasserstein', make: () => wasserstein() },
  { name: 'leastSquares', make: () => leastSquares() },
  { name: 'hinge', make: () => hinge() },
  { name: 'relativistic', make: () => relativistic() },
  { name: 'relativistic to the average', make: () => relativistic({ mode: 'average' }) },
  { name: 'featureMatching', make: () => featureMatching() },
  { name: 'reconstruction', make: () => reconstruction() },
  { name: 'a combination', make: () => combine(nonSaturating(), weighted(0.1, featureMatching()), weighted(10, reconstruction({ norm: 'l2' }))) },
])('the loss $name conforms', ({ make }) => {
  it.each(lossSuite({ make }))('$name', ({ run }) => run());
});

describe.each([
  { name: 'gradientPenalty', make: () => gradientPenalty() },
  { name: 'gradientPenalty of one side', make: () => gradientPenalty({ sides: 'one', interval: 4 }) },
  { name: 'dragan', make: () => dragan() },
  { name: 'r1', make: () => r1({ interval: 16 }) },
  { name: 'r2', make: () => r2() },
  { name: 'weightClipping', make: () => weightClipping() },
])('the regularizer $name conforms', ({ make }) => {
  it.each(regularizerSuite({ make }))('$name', ({ run }) => run());
});
