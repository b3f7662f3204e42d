import { expectKeys, expectOneOf, GanzooError, showShape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { INPUT_CHANNELS, STAGES, type FeatureDimensions } from './architecture.ts';
import type { FoldedWeights } from './fold.ts';
import { InceptionNetwork } from './network.ts';
import { preprocess, PREPROCESSINGS, type Preprocessing } from './preprocess.ts';

const SCOPE = 'metrics/inception';

/** The Inception network of the FID, ready to look at images. All tensors it returns are the caller's to dispose. */
export interface FidInception {
  /** How it resizes and scales images. */
  readonly preprocessing: Preprocessing;
  /**
   * Features of images: the means over all places of the last activations of a stage. They take some 10 MB of memory an
   * image; give tens of images at a time, not thousands.
   *
   * @param images [n, height, width, 3] of any size, red, green and blue in [0, 255]; whole numbers where a published value is
   *   to be reproduced. They stay the caller's, who may dispose them right after the call.
   * @returns [n, dimensions]; 2048 dimensions, `pool3`, unless told
   * @throws GanzooError on images of another shape, and after dispose()
   */
  features(images: tf.Tensor4D, options?: InceptionFeatureOptions): Promise<tf.Tensor2D>;
  /** Logits [n, 1008] of images. Without bias unless told, as the Inception Score is computed. */
  logits(images: tf.Tensor4D, options?: InceptionLogitsOptions): Promise<tf.Tensor2D>;
  /** As {@link FidInception.logits}, from features [n, 2048]: one look at the images then serves both. */
  logitsOfFeatures(features: tf.Tensor2D, options?: InceptionLogitsOptions): tf.Tensor2D;
  /** Frees the weights. */
  dispose(): void;
}

/** Which features of the Inception network to take. */
export interface InceptionFeatureOptions {
  /** Which stage to take: after the first or second pooling (64, 192), before the last reduction (768), or the last (2048). 2048 unless told. */
  readonly dimensions?: FeatureDimensions;
}

/** Which logits of the Inception network to take. */
export interface InceptionLogitsOptions {
  /** Adds the biases of the classes, for probabilities of ImageNet's classes. False unless told. */
  readonly bias?: boolean;
}

export function makeFidInception(weights: FoldedWeights, preprocessing: Preprocessing): FidInception {
  const network = new InceptionNetwork(weights);
  const width = STAGES.at(-1)?.dimensions as FeatureDimensions;
  let disposed = false;
  const expectAlive = (): void => {
    if (disposed) throw new GanzooError(SCOPE, 'the network is disposed; load it again by loadFidInception().');
  };

  const features = async (images: tf.Tensor4D, options: InceptionFeatureOptions = {}): Promise<tf.Tensor2D> => {
    expectAlive();
    expectKeys(SCOPE, options, ['dimensions']);
    const { dimensions = width } = options;
    expectOneOf(
      SCOPE,
      'dimensions',
      String(dimensions),
      STAGES.map((stage) => String(stage.dimensions)),
    );
    expectImages(images);
    const input = await preprocess(images, preprocessing);
    try {
      expectAlive();
      return network.features(input, dimensions);
    } finally {
      input.dispose();
    }
  };

  const logitsOfFeatures = (features: tf.Tensor2D, options: InceptionLogitsOptions = {}): tf.Tensor2D => {
    expectAlive();
    expectKeys(SCOPE, options, ['bias']);
    if (features.rank !== 2 || features.shape[1] !== width) {
      throw new GanzooError(SCOPE, `features must be of shape [n, ${width}], as features() gives them, got ${showShape(features.shape)}.`);
    }
    return network.logits(features, options.bias ?? false);
  };

  return {
    preprocessing,
    features,
    logitsOfFeatures,
    logits: async (images, options) => {
      const made = await features(images);
      try {
        return logitsOfFeatures(made, options);
      } finally {
        made.dispose();
      }
    },
    dispose: () => {
      disposed = true;
      network.dispose();
    },
  };
}

export function expectPreprocessing(preprocessing: unknown): asserts preprocessing is Preprocessing {
  expectOneOf(SCOPE, 'preprocessing', preprocessing, PREPROCESSINGS);
}

function expectImages(images: tf.Tensor): void {
  if (!(images instanceof tf.Tensor) || images.rank !== 4 || images.shape[3] !== INPUT_CHANNELS || images.size === 0) {
    const got = images instanceof tf.Tensor ? `a tensor of shape ${showShape(images.shape)}` : typeof images;
    throw new GanzooError(
      SCOPE,
      `images must be a tensor of shape [n, height, width, 3] with values in [0, 255], got ${got}. Give grey images three equal channels: tf.concat([x, x, x], 3).`,
    );
  }
}
