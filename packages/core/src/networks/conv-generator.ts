import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectOneOf, expectOptions } from '../errors.ts';
import { modelRecipe, type ModelRecipe } from '../live.ts';
import type { Shape } from '../types.ts';
import { chain, checkStyle, expectSizes, halvingWidths, imageShape, layerMaker, styleKeys, withDefaults, type OutputActivation, type Style } from './pieces.ts';

const SCOPE = 'core/networks';

/** How a stage doubles its height and width: a transposed convolution, or a resize and a convolution (Odena et al. 2016). */
export type UpSampling = 'transposed' | 'nearest' | 'bilinear';

/** Options of {@link convGenerator}. Unless told: ReLU, batch norm with momentum 0.9 and epsilon 1e-5, weights as in DCGAN. */
export interface ConvGeneratorOptions extends Style {
  /** Length of a latent vector. */
  readonly latentDim: number;
  /** `[height, width, channels]`. A size the stages do not reach by doubling is cropped from the next larger one. */
  readonly sampleShape: Shape;
  /**
   * Channels before each doubling, first to last: `[128, 64]` goes from 7x7x128 over 14x14x64 to 28x28. Unless told they halve
   * from 7 pixels or fewer up: `[128, 64]` for 28 pixels, `[256, 128, 64]` for 32, `[1024, 512, 256, 128]` for 64.
   */
  readonly widths?: readonly number[];
  /** Side of every convolution kernel, in pixels. 5 unless told; an even one avoids a checkerboard. */
  readonly kernel?: number;
  /** How each stage doubles the size. `'transposed'` unless told. */
  readonly upSampling?: UpSampling;
  /** `'tanh'` unless told, for images in [-1, 1]. */
  readonly outputActivation?: OutputActivation;
}

/** Latents `[batch, latentDim]` through a dense layer and `widths.length` doublings to images `[batch, ...sampleShape]`. */
export function convGenerator(options: ConvGeneratorOptions): ModelRecipe {
  expectOptions(SCOPE, 'convGenerator', options, ['latentDim', 'sampleShape', 'widths', 'kernel', 'upSampling', 'outputActivation', ...styleKeys]);
  const settings = withDefaults(options, {
    activation: 'relu',
    slope: 0.2,
    norm: 'batch',
    normMomentum: 0.9,
    normEpsilon: 1e-5,
    initializer: 'dcgan',
    widths: halvingWidths(imageShape(SCOPE, options.sampleShape)),
    kernel: 5,
    upSampling: 'transposed',
    outputActivation: 'tanh',
  });
  checkStyle(SCOPE, settings);
  const { latentDim, widths, kernel, upSampling, outputActivation } = settings;
  const [height, width, channels] = imageShape(SCOPE, settings.sampleShape);
  expectInteger(SCOPE, 'latentDim', latentDim, 1);
  expectSizes(SCOPE, 'widths', widths, '[64, 128]');
  expectInteger(SCOPE, 'the number of widths', widths.length, 1);
  expectInteger(SCOPE, 'kernel', kernel, 1);
  expectOneOf(SCOPE, 'upSampling', upSampling, ['transposed', 'nearest', 'bilinear']);
  expectOneOf(SCOPE, 'outputActivation', outputActivation, ['tanh', 'sigmoid', 'linear']);

  return modelRecipe('convGenerator', { ...settings, sampleShape: [height, width, channels], widths: [...widths] }, (init) => {
    const make = layerMaker(settings, init);
    const scale = 2 ** widths.length;
    const [startHeight, startWidth] = [Math.ceil(height / scale), Math.ceil(width / scale)];
    const first = widths[0] as number;

    const input = tf.input({ shape: [latentDim] });
    const useBias = settings.norm !== 'batch';
    let x = chain(
      input,
      tf.layers.dense({ units: startHeight * startWidth * first, useBias, kernelInitializer: make.kernelInitializer() }),
      tf.layers.reshape({ targetShape: [startHeight, startWidth, first] }),
      make.norm(),
      make.activation(),
    );
    widths.forEach((_, stage) => {
      const last = stage === widths.length - 1;
      const shared = {
        filters: last ? channels : (widths[stage + 1] as number),
        kernelSize: kernel,
        padding: 'same' as const,
        useBias: last || useBias,
        kernelInitializer: make.kernelInitializer(),
      };
      x =
        upSampling === 'transposed'
          ? chain(x, tf.layers.conv2dTranspose({ ...shared, strides: 2 }))
          : chain(x, tf.layers.upSampling2d({ size: [2, 2], interpolation: upSampling }), tf.layers.conv2d(shared));
      if (!last) x = chain(x, make.norm(), make.activation());
    });
    const [extraRows, extraColumns] = [startHeight * scale - height, startWidth * scale - width];
    if (extraRows > 0 || extraColumns > 0) x = chain(x, tf.layers.cropping2D({ cropping: [split(extraRows), split(extraColumns)] }));
    if (outputActivation !== 'linear') x = chain(x, tf.layers.activation({ activation: outputActivation }));
    return tf.model({ inputs: input, outputs: x });
  });
}

function split(extra: number): [number, number] {
  return [Math.floor(extra / 2), Math.ceil(extra / 2)];
}
