import * as tf from '@tensorflow/tfjs';
import { expectNumber, expectOptions } from '../errors.ts';
import type { Logits, Loss } from '../types.ts';
import { SCOPE } from './check.ts';

/** The scores that {@link leastSquares} draws samples to. */
export interface LeastSquaresOptions {
  /** What the discriminator draws fakes to. 0 unless told. */
  readonly a?: number;
  /** What it draws real samples to. 1 unless told. */
  readonly b?: number;
  /** What the generator draws its fakes to. 1 unless told. */
  readonly c?: number;
}

/**
 * Least squares (Mao et al. 2017, https://arxiv.org/abs/1611.04076, equation 2): the discriminator minimizes
 * `1/2 mean (D(real) - b)^2 + 1/2 mean (D(fake) - a)^2`, the generator `1/2 mean (D(fake) - c)^2`. Scores have no sigmoid.
 *
 * With `b - c = 1` and `b - a = 2`, as in `{ a: -1, b: 1, c: 0 }`, the generator minimizes a Pearson chi-square divergence;
 * the defaults are the paper's other choice, fakes that look as real as can be.
 */
export function leastSquares(options: LeastSquaresOptions = {}): Loss<Logits, unknown> {
  expectOptions(SCOPE, 'leastSquares', options, ['a', 'b', 'c']);
  const { a = 0, b = 1, c = 1 } = options;
  for (const [name, value] of Object.entries({ a, b, c })) expectNumber(SCOPE, `leastSquares ${name}`, value);
  return {
    name: 'leastSquares',
    config: { a, b, c },
    boundary: (a + b) / 2,
    discriminator: ({ real, fake }) => ({ real: halfSquare(real.out.logits, b), fake: halfSquare(fake.out.logits, a) }),
    generator: ({ fake }) => ({ fake: halfSquare(fake.out.logits, c) }),
  };
}

function halfSquare(logits: tf.Tensor, target: number): tf.Tensor {
  return tf.mul(tf.mean(tf.square(tf.sub(logits, target))), 0.5);
}
