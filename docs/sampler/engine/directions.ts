import * as tf from '@tensorflow/tfjs';
import { eigenpairs } from './eigen.ts';

export interface Direction {
  /** Of length 1: along it a latent has a standard deviation of 1. */
  readonly vector: Float64Array;
  /** Of all change of the picture around the latents, in [0, 1]. */
  readonly share: number;
}

/** Half the distance of a central difference, in standard deviations. Wide, so that it sees more than the kinks of a ReLU. */
const reach = 0.25;

/**
 * The directions of the latent space that change the samples most around the latents `[n, d]`, the strongest first: the
 * eigenvectors of the mean of `J^T J` over them, with the generator's Jacobian J; of one latent they are its right singular
 * vectors. J comes from central differences, one pair of samples for each coordinate, so that no more than samples are needed.
 * Each points to where the sum of the sample grows: to more ink.
 *
 * The latents are to be ones that are drawn: z = 0 lies far from all of them, and a generator may well draw nothing there. After
 * closed-form factorization (Shen and Zhou 2021, https://arxiv.org/abs/2007.06600), which takes the singular vectors of the first
 * layer's weights alone.
 */
export async function findDirections(generate: (latents: tf.Tensor2D) => tf.Tensor, latents: tf.Tensor2D, count: number): Promise<Direction[]> {
  const [places, latentDim] = latents.shape;
  const [gram, growth] = tf.tidy(() => {
    const steps = tf.mul(tf.eye(latentDim), reach);
    const parts = Array.from({ length: places }, (_, place) => {
      const around = tf.slice(latents, place, 1);
      const change = tf.sub(generate(tf.add(around, steps)), generate(tf.sub(around, steps)));
      // Row i is the derivative in the coordinate i.
      const jacobian = tf.div(tf.reshape(change, [latentDim, -1]), 2 * reach) as tf.Tensor2D;
      return { gram: tf.matMul(jacobian, jacobian, false, true), growth: tf.sum(jacobian, 1) };
    });
    return [tf.addN(parts.map(({ gram }) => gram)), tf.addN(parts.map(({ growth }) => growth))] as const;
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
