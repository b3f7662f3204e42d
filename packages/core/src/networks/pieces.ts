import * as tf from '@tensorflow/tfjs';
import { GanzooError, expectFraction, expectInteger, expectNumber, expectOneOf, showShape } from '../errors.ts';
import type { Rng, Shape } from '../types.ts';

/** What follows a hidden layer. */
export type Activation = 'relu' | 'leakyRelu' | 'elu' | 'selu' | 'softplus' | 'tanh' | 'sigmoid' | 'linear';
/** What a network ends in: `tanh` for [-1, 1], `sigmoid` for [0, 1], `linear` for any values. */
export type OutputActivation = 'tanh' | 'sigmoid' | 'linear';
/** What hidden layers are normalized over: the batch, each sample by itself, or nothing. */
export type Normalization = 'batch' | 'layer' | 'none';
/** `dcgan`: normal with deviation 0.02 (Radford et al. 2015); the others as Glorot & Bengio 2010 and He et al. 2015 have them. */
export type Initializer = 'dcgan' | 'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal';

/** What all networks here have in common. */
export interface Style {
  /** After each hidden layer. */
  readonly activation?: Activation;
  /** Slope of leakyRelu below 0. */
  readonly slope?: number;
  /** Before each activation. A gradient penalty takes no `'batch'` in a critic. */
  readonly norm?: Normalization;
  /** How much of the old moments batch normalization keeps at each update, in [0, 1). */
  readonly normMomentum?: number;
  /** Added to the variance before its root is taken. */
  readonly normEpsilon?: number;
  /** What weights are drawn from. */
  readonly initializer?: Initializer;
}

export const styleKeys = ['activation', 'slope', 'norm', 'normMomentum', 'normEpsilon', 'initializer'] as const;
const activations: readonly Activation[] = ['relu', 'leakyRelu', 'elu', 'selu', 'softplus', 'tanh', 'sigmoid', 'linear'];
const norms: readonly Normalization[] = ['batch', 'layer', 'none'];
const initializers: readonly Initializer[] = ['dcgan', 'glorotUniform', 'glorotNormal', 'heUniform', 'heNormal'];

export function checkStyle(scope: string, style: Required<Style>): void {
  expectOneOf(scope, 'activation', style.activation, activations);
  expectOneOf(scope, 'norm', style.norm, norms);
  expectOneOf(scope, 'initializer', style.initializer, initializers);
  expectNumber(scope, 'slope', style.slope);
  expectFraction(scope, 'normMomentum', style.normMomentum);
  expectNumber(scope, 'normEpsilon', style.normEpsilon, 0);
}

/** The options over the defaults; one that is given as undefined is as good as not given. */
export function withDefaults<O extends object, K extends keyof O>(options: O, defaults: { readonly [P in K]-?: NonNullable<O[P]> }): O & typeof defaults {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...defaults, ...given } as O & typeof defaults;
}

/** Checks a list of sizes, such as a shape or the widths of layers. */
export function expectSizes(scope: string, name: string, sizes: unknown, example: string): asserts sizes is readonly number[] {
  if (!Array.isArray(sizes)) throw new GanzooError(scope, `${name} must be an array of integers such as ${example}, got ${String(sizes)}.`);
  sizes.forEach((size, index) => expectInteger(scope, `${name}[${index}]`, size, 1));
}

/** Checks a `[height, width, channels]`. */
export function imageShape(scope: string, shape: Shape): readonly [number, number, number] {
  expectSizes(scope, 'sampleShape', shape, '[28, 28, 1]');
  if (shape.length !== 3) {
    throw new GanzooError(scope, `sampleShape must be [height, width, channels], got ${showShape(shape)}. For points or vectors build the network with mlp().`);
  }
  return shape as readonly [number, number, number];
}

/**
 * Channels of a generator before each doubling, by the rule of the DCGAN paper: they halve as the side doubles, from 7 pixels
 * or fewer up. `[128, 64]` for 28 pixels, `[256, 128, 64]` for 32, `[1024, 512, 256, 128]` for 64.
 */
export function halvingWidths([height, width]: readonly [number, number, number]): number[] {
  const side = Math.max(height, width);
  const doublings = Math.max(1, Math.ceil(Math.log2(side / 7)));
  const last = side >= 64 ? 128 : 64;
  return Array.from({ length: doublings }, (_, stage) => last * 2 ** (doublings - 1 - stage));
}

/**
 * Whether samples of a shape are images `[height, width, channels]` or points and vectors `[n]`.
 *
 * @throws GanzooError in the name of `scope` for any other shape
 */
export function sampleKind(scope: string, sampleShape: Shape): 'image' | 'point' {
  if (sampleShape.length === 3) return 'image';
  if (sampleShape.length === 1) return 'point';
  const cure = sampleShape.length === 2 ? `Images of one channel are ${showShape([...sampleShape, 1])}` : 'Flatten other samples to vectors [n]';
  throw new GanzooError(scope, `sampleShape must be [height, width, channels] or [n], got ${showShape(sampleShape)}. ${cure}.`);
}

/** Makes layers in one style, each with a seed of its own. */
export function layerMaker(style: Required<Style>, init: Rng) {
  const seed = (): number => init.integer() % 2147483647;
  const kernelInitializer = (): ReturnType<typeof tf.initializers.zeros> => {
    switch (style.initializer) {
      case 'dcgan':
        return tf.initializers.randomNormal({ mean: 0, stddev: 0.02, seed: seed() });
      default:
        return tf.initializers[style.initializer]({ seed: seed() });
    }
  };
  return {
    kernelInitializer,
    norm(): tf.layers.Layer | undefined {
      if (style.norm === 'none') return undefined;
      if (style.norm === 'layer') return tf.layers.layerNormalization({ epsilon: style.normEpsilon });
      const gammaInitializer = style.initializer === 'dcgan' ? tf.initializers.randomNormal({ mean: 1, stddev: 0.02, seed: seed() }) : 'ones';
      return tf.layers.batchNormalization({ momentum: style.normMomentum, epsilon: style.normEpsilon, gammaInitializer });
    },
    activation(): tf.layers.Layer | undefined {
      if (style.activation === 'linear') return undefined;
      if (style.activation === 'leakyRelu') return tf.layers.leakyReLU({ alpha: style.slope });
      return tf.layers.activation({ activation: style.activation });
    },
  };
}

/** Applies layers one after another, leaving out those that are undefined. */
export function chain(x: tf.SymbolicTensor, ...layers: (tf.layers.Layer | undefined)[]): tf.SymbolicTensor {
  return layers.reduce((value, layer) => (layer ? (layer.apply(value) as tf.SymbolicTensor) : value), x);
}
