import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../extractor.ts';
import type { FidInception } from './fid-inception.ts';

/** The Inception network as an extractor of images in [-1, 1]: 2048 features, 1008 logits without bias. Grey images get three channels. */
export function inceptionExtractor(network: FidInception): Classifier {
  const seen = async (images: tf.Tensor4D, look: (pixels: tf.Tensor4D) => Promise<tf.Tensor2D>): Promise<tf.Tensor2D> => {
    const pixels = tf.tidy(() => {
      const bytes = tf.mul<tf.Tensor4D>(tf.add(images, 1), 127.5);
      return images.shape[3] === 1 ? tf.concat([bytes, bytes, bytes], 3) : bytes;
    });
    try {
      return await look(pixels);
    } finally {
      pixels.dispose();
    }
  };
  return {
    // Values by different preprocessings must not be compared.
    name: `fidInception ${network.preprocessing}`,
    dimensions: 2048,
    classes: 1008,
    features: (images) => seen(images, (pixels) => network.features(pixels)),
    logits: (images) => seen(images, (pixels) => network.logits(pixels)),
    logitsOfFeatures: (features) => network.logitsOfFeatures(features),
    dispose: () => network.dispose(),
  };
}
