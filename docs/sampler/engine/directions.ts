import * as tf from '@tensorflow/tfjs';
import { eigenpairs } from './eigen.ts';

export interface Direction {
  /** Of length 1: along it a latent has a standard deviation of 1. */
  readonly vector: Float64Array;
  /** Of all change of the picture around z = 0, in [0, 1]. */
  readonly share: number;
}

/** Half the distance of a central difference, in standard deviations. Wide, so that it sees more than the kinks at 0. */
const reach = 0.25;

/**
 * The directions of the latent space that change the samples most around z = 0, the strongest first: the right singular vectors
 * of the generator's Jacobian J there, as eigenvectors of `J^T J`. J comes from central differences, one pair of samples for
 * each coordinate, so that no more than samples are needed. Each points to where the sum of the sample grows: to more ink.
 *
 * After closed-form factorization (Shen and Zhou 2021, https://arxiv.org/abs/2007.06600), which takes the same vectors of the
 * first layer's weights alone.
 */
export async function findDirections(generate: (latents: tf.Tensor2D) => tf.Tensor, latentDim: number, count: number): Promise<Direction[]> {
  const [gram, growth] = tf.tidy(() => {
    const steps = tf.mul(tf.eye(latentDim), reach) as tf.Tensor2D;
    const change = tf.sub(generate(steps), generate(tf.neg(steps)));
    // Row i is the derivative in the coordinate i.
    const jacobian = tf.div(tf.reshape(change, [latentDim, -1]), 2 * reach) as tf.Tensor2D;
    return [tf.matMul(jacobian, jacobian, false, true), tf.sum(jacobian, 1)] as const;
  });
  const [products, sums] = await Promise.all([gram.data(), growth.data()]);
  gram.dispose();
  growth.dispose();
  const pairs = eigenpairs(products, latentDim);
  const total = pairs.reduce((sum, { value }) => sum + value, 0);
  return pairs.slice(0, count).map(({ value, vector }) => {
    const sign = vector.reduce((sum, x, i) => sum + x * (sums[i] as number), 0) < 0 ? -1 : 1;
    return { vector: vector.map((x) => sign * x), share: value / total };
  });
}
