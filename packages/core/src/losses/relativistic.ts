import * as tf from '@tensorflow/tfjs';
import { expectOneOf, expectOptions } from '../errors.ts';
import type { BothSides, Logits, Loss, Parts } from '../types.ts';
import { expectSameShape, SCOPE } from './check.ts';

/** Options of {@link relativistic}. */
export interface RelativisticOptions {
  /** `pairing` compares each real sample with the fake of its row, `average` with the mean score of all fakes. `pairing` unless told. */
  readonly mode?: 'pairing' | 'average';
}

/**
 * How much more real the real samples look than the fakes, and not how real (Jolicoeur-Martineau 2019,
 * https://arxiv.org/abs/1807.00734). With `x` real and `g` fake, the discriminator minimizes, by mode,
 *
 * - `pairing`: `mean softplus(-(D(x_i) - D(g_i)))`
 * - `average`: `mean softplus(-(D(x) - mean D(g))) + mean softplus(D(g) - mean D(x))`
 *
 * and the generator the same with the sides swapped, so that it looks at real samples too. R3GAN (Huang et al. 2024,
 * https://arxiv.org/abs/2501.05441) pairs, with gradient penalties on both real and fake samples (R1 and R2).
 */
export function relativistic(options: RelativisticOptions = {}): Loss<Logits, unknown> {
  expectOptions(SCOPE, 'relativistic', options, ['mode']);
  const { mode = 'pairing' } = options;
  expectOneOf(SCOPE, 'relativistic mode', mode, ['pairing', 'average']);
  const play = mode === 'pairing' ? byPair : byAverage;
  return {
    name: 'relativistic',
    config: { mode },
    discriminator: ({ real, fake }) => play('real', real.out.logits, 'fake', fake.out.logits),
    generatorSeesReal: true,
    generator: ({ real, fake }: BothSides<Logits, unknown>) => play('fake', fake.out.logits, 'real', real.out.logits),
  };
}

type Play = (upName: string, up: tf.Tensor, downName: string, down: tf.Tensor) => Parts;

/** The player wants each score of `up` above its partner in `down`. */
const byPair: Play = (upName, up, downName, down) => {
  const advice = 'Each row of one needs a row of the other: let the discriminator return logits [batch, 1].';
  expectSameShape('relativistic', [`${upName} logits`, up], [`${downName} logits`, down], advice);
  return { pairs: tf.mean(tf.softplus(tf.sub(down, up))) };
};

const byAverage: Play = (upName, up, downName, down) => ({
  [upName]: tf.mean(tf.softplus(tf.sub(tf.mean(down), up))),
  [downName]: tf.mean(tf.softplus(tf.sub(down, tf.mean(up)))),
});
