import * as tf from '@tensorflow/tfjs';
import { expectNumber, expectOneOf, expectOptions } from '../errors.ts';
import { modelRecipe, type ModelRecipe } from '../live.ts';
import type { Shape } from '../types.ts';
import { chain, checkStyle, expectSizes, layerMaker, styleKeys, withDefaults, type OutputActivation, type Style } from './pieces.ts';

const SCOPE = 'core/networks';

/** Options of {@link mlp}. Unless told: LeakyReLU 0.2, no norm, weights by Glorot's uniform distribution. */
export interface MlpOptions extends Style {
  /** Shape of one input, such as `[100]`; images are flattened. */
  readonly inputShape: Shape;
  /** Width of each hidden layer, first to last. */
  readonly hidden: readonly number[];
  /** Shape of one output, such as `[1]` or `[28, 28, 1]`. */
  readonly outputShape: Shape;
  /** `'linear'` unless told. */
  readonly outputActivation?: OutputActivation;
  /** Share of hidden units dropped in training, in [0, 1). */
  readonly dropout?: number;
  /** Normalize the first hidden layer too. */
  readonly normFirst?: boolean;
}

/** A multilayer perceptron: dense, norm, activation, dropout for each hidden layer, then a dense output. */
export function mlp(options: MlpOptions): ModelRecipe {
  expectOptions(SCOPE, 'mlp', options, ['inputShape', 'hidden', 'outputShape', 'outputActivation', 'dropout', 'normFirst', ...styleKeys]);
  const settings = withDefaults(options, {
    activation: 'leakyRelu',
    slope: 0.2,
    norm: 'none',
    normMomentum: 0.9,
    normEpsilon: 1e-5,
    initializer: 'glorotUniform',
    outputActivation: 'linear',
    dropout: 0,
    normFirst: true,
  });
  checkStyle(SCOPE, settings);
  expectOneOf(SCOPE, 'outputActivation', settings.outputActivation, ['tanh', 'sigmoid', 'linear']);
  expectNumber(SCOPE, 'dropout', settings.dropout, 0, 0.999);
  expectSizes(SCOPE, 'hidden', settings.hidden, '[256, 256]');
  expectSizes(SCOPE, 'inputShape', settings.inputShape, '[100]');
  expectSizes(SCOPE, 'outputShape', settings.outputShape, '[28, 28, 1]');
  const outputSize = settings.outputShape.reduce((product, size) => product * size, 1);

  return modelRecipe(
    'mlp',
    { ...settings, inputShape: [...settings.inputShape], hidden: [...settings.hidden], outputShape: [...settings.outputShape] },
    (init) => {
      const make = layerMaker(settings, init);
      const dense = (units: number, useBias: boolean): tf.layers.Layer => tf.layers.dense({ units, useBias, kernelInitializer: make.kernelInitializer() });
      const input = tf.input({ shape: [...settings.inputShape] });
      let x = settings.inputShape.length > 1 ? chain(input, tf.layers.flatten()) : input;
      settings.hidden.forEach((units, index) => {
        const norm = index > 0 || settings.normFirst ? make.norm() : undefined;
        // A bias before batch normalization is subtracted again with the mean.
        x = chain(x, dense(units, norm === undefined || settings.norm !== 'batch'), norm, make.activation());
        if (settings.dropout > 0) x = chain(x, tf.layers.dropout({ rate: settings.dropout }));
      });
      x = chain(x, dense(outputSize, true));
      if (settings.outputShape.length > 1) x = chain(x, tf.layers.reshape({ targetShape: [...settings.outputShape] }));
      if (settings.outputActivation !== 'linear') x = chain(x, tf.layers.activation({ activation: settings.outputActivation }));
      return tf.model({ inputs: input, outputs: x });
    },
  );
}
