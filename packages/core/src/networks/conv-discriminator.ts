import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectNumber, expectOptions } from '../errors.ts';
import { modelRecipe, type ModelRecipe } from '../live.ts';
import type { Shape } from '../types.ts';
import { chain, checkStyle, expectSizes, halvingWidths, imageShape, layerMaker, styleKeys, withDefaults, type Style } from './pieces.ts';

const SCOPE = 'core/networks';

/**
 * Options of {@link convDiscriminator}. Unless told: LeakyReLU 0.2, batch norm with momentum 0.9 and epsilon 1e-5, weights
 * as in DCGAN.
 */
export interface ConvDiscriminatorOptions extends Style {
  /** `[height, width, channels]`. */
  readonly sampleShape: Shape;
  /** Channels after each halving: `[64, 128]` goes from 28x28 over 14x14x64 to 7x7x128. Unless told, the generator's in reverse. */
  readonly widths?: readonly number[];
  /** Side of every convolution kernel, in pixels. 5 unless told. */
  readonly kernel?: number;
  /** Normalize the first convolution too; DCGAN does not. */
  readonly normFirst?: boolean;
  /** Share of units dropped after each activation in training, in [0, 1). */
  readonly dropout?: number;
}

/** Images `[batch, ...sampleShape]` through strided convolutions and a dense layer to logits `[batch, 1]`. */
export function convDiscriminator(options: ConvDiscriminatorOptions): ModelRecipe {
  expectOptions(SCOPE, 'convDiscriminator', options, ['sampleShape', 'widths', 'kernel', 'normFirst', 'dropout', ...styleKeys]);
  const settings = withDefaults(options, {
    activation: 'leakyRelu',
    slope: 0.2,
    norm: 'batch',
    normMomentum: 0.9,
    normEpsilon: 1e-5,
    initializer: 'dcgan',
    widths: halvingWidths(imageShape(SCOPE, options.sampleShape)).reverse(),
    kernel: 5,
    normFirst: false,
    dropout: 0,
  });
  checkStyle(SCOPE, settings);
  const { widths, kernel, normFirst, dropout } = settings;
  const sampleShape = [...imageShape(SCOPE, settings.sampleShape)];
  expectSizes(SCOPE, 'widths', widths, '[64, 128]');
  expectInteger(SCOPE, 'the number of widths', widths.length, 1);
  expectInteger(SCOPE, 'kernel', kernel, 1);
  expectNumber(SCOPE, 'dropout', dropout, 0, 0.999);

  return modelRecipe('convDiscriminator', { ...settings, sampleShape, widths: [...widths] }, (init) => {
    const make = layerMaker(settings, init);
    const input = tf.input({ shape: sampleShape });
    let x = input;
    widths.forEach((filters, stage) => {
      const norm = stage > 0 || normFirst ? make.norm() : undefined;
      const useBias = norm === undefined || settings.norm !== 'batch';
      x = chain(
        x,
        tf.layers.conv2d({ filters, kernelSize: kernel, strides: 2, padding: 'same', useBias, kernelInitializer: make.kernelInitializer() }),
        norm,
        make.activation(),
      );
      if (dropout > 0) x = chain(x, tf.layers.dropout({ rate: dropout }));
    });
    return tf.model({ inputs: input, outputs: chain(x, tf.layers.flatten(), tf.layers.dense({ units: 1, kernelInitializer: make.kernelInitializer() })) });
  });
}
