/**
 * The Wasserstein GANs: `wganGp`, whose critic is kept Lipschitz by a penalty on its gradient, and `wgan`, where its weights
 * are clipped.
 *
 * @packageDocumentation
 */
export { wganGp } from './wgan-gp.ts';
export { wgan } from './wgan.ts';
