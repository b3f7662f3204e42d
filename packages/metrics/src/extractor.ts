import type * as tf from '@tensorflow/tfjs';

/** A network that makes features of images, for distances between sets of them. Any function that does so will do in its place. */
export interface FeatureExtractor {
  /** Tells the network, its weights and what it does to images first: statistics of features are only compared under one name. */
  readonly name: string;
  /** Of a feature. */
  readonly dimensions: number;
  /** Images `[n, height, width, channels]` in [-1, 1] to features `[n, dimensions]`. The images stay their owner's. */
  readonly features: (images: tf.Tensor4D) => tf.Tensor2D | Promise<tf.Tensor2D>;
}

/** One that also tells classes apart, for scores. */
export interface Classifier extends FeatureExtractor {
  /** How many classes it tells apart. */
  readonly classes: number;
  /** Images to unnormalized log probabilities `[n, classes]`. */
  readonly logits: (images: tf.Tensor4D) => tf.Tensor2D | Promise<tf.Tensor2D>;
  /** The same of features `[n, dimensions]` as it makes them: one look at the images then serves distances and scores. */
  readonly logitsOfFeatures: (features: tf.Tensor2D) => tf.Tensor2D | Promise<tf.Tensor2D>;
  /** Frees its weights. */
  readonly dispose: () => void;
}
