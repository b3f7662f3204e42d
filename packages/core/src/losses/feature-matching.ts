import * as tf from '@tensorflow/tfjs';
import type { Features, Loss } from '../types.ts';
import { expectSameShape } from './check.ts';

/**
 * Feature matching (Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 3.1): the generator minimizes
 * `|mean f(real) - mean f(fake)|^2`, the squared distance between the batch means of the discriminator's features, all of
 * them as one vector.
 *
 * It adds nothing to the discriminator, so it is a term for {@link combine}; a trainer refuses it alone, saying that the
 * discriminator's loss returned no parts.
 */
export function featureMatching(): Loss<Features, unknown> {
  return {
    name: 'featureMatching',
    config: {},
    discriminator: () => ({}),
    generatorSeesReal: true,
    generator({ real, fake }) {
      const [seen, made] = [real.out.features, fake.out.features];
      expectSameShape('featureMatching', ['real features', seen], ['fake features', made], 'Let the discriminator return features [batch, ...] of one shape.');
      return { features: tf.sum(tf.square(tf.sub(tf.mean(seen, 0), tf.mean(made, 0)))) };
    },
  };
}
