import * as tf from '@tensorflow/tfjs';
import { expectFraction, expectNumber, expectOptions } from './errors.ts';
import { composedKernel } from './kernels.ts';
import { describeHyper, expectHyper, valueAt } from './schedules.ts';
import type { Hyper, Json, Optimizer, OptimizerRecipe } from './types.ts';

const SCOPE = 'core/optimizers';
/** What every optimizer here takes besides. */
const shared = ['clipNorm', 'clipValue'];

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** A number or a schedule of the player's updates. */
  readonly learningRate?: Hyper;
  /** Scales all gradients of an update so that their joint norm is at most this (Pascanu et al. 2013). */
  readonly clipNorm?: number;
  /** Limits every single gradient value to [-clipValue, clipValue]. */
  readonly clipValue?: number;
}

/** Options of {@link adam}. */
export interface AdamOptions extends OptimizerOptions {
  /** How much of the old mean of the gradients an update keeps, in [0, 1). */
  readonly beta1?: number;
  /** How much of the old mean of their squares an update keeps, in [0, 1). */
  readonly beta2?: number;
  /** Added to the root of the mean square. 1e-8 unless told. */
  readonly epsilon?: number;
}

/**
 * `gradient`, `mean`, `square` and `variable` to the new mean, square and variable. `beta1` and `beta2` are as in the paper;
 * the scalars of `w -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)` come joined as `rate` and `epsilon`.
 */
const adamUpdate = composedKernel({
  name: 'GanzooAdam',
  compute: ({ gradient, mean, square, variable }, { beta1, beta2, rate, epsilon }) => {
    const [newMean, newSquare] = [
      tf.add(tf.mul(mean as tf.Tensor, beta1 as number), tf.mul(gradient as tf.Tensor, 1 - (beta1 as number))),
      tf.add(tf.mul(square as tf.Tensor, beta2 as number), tf.mul(tf.square(gradient as tf.Tensor), 1 - (beta2 as number))),
    ];
    const direction = tf.div(newMean, tf.add(tf.sqrt(newSquare), epsilon as number));
    return [newMean, newSquare, tf.sub(variable as tf.Tensor, tf.mul(direction, rate as number))];
  },
});

/**
 * Adam (Kingma & Ba 2015, https://arxiv.org/abs/1412.6980): `w -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
 *
 * Defaults are those GANs are trained with: rate 2e-4, beta1 0.5, beta2 0.999, epsilon 1e-8.
 */
export function adam(options: AdamOptions = {}): OptimizerRecipe {
  expectOptions(SCOPE, 'adam', options, ['learningRate', 'beta1', 'beta2', 'epsilon', ...shared]);
  const { learningRate = 2e-4, beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8 } = options;
  expectFraction(SCOPE, 'adam beta1', beta1);
  expectFraction(SCOPE, 'adam beta2', beta2);
  expectNumber(SCOPE, 'adam epsilon', epsilon, 0);
  return recipe('adam', options, { learningRate, beta1, beta2, epsilon }, ['m', 'v'], (variable, gradient, [m, v], rate, update) => {
    const meanCorrection = 1 - beta1 ** (update + 1);
    const rootCorrection = Math.sqrt(1 - beta2 ** (update + 1));
    const joined = { beta1, beta2, rate: (rate * rootCorrection) / meanCorrection, epsilon: epsilon * rootCorrection };
    const [mean, square, value] = adamUpdate({ gradient, mean: m, square: v, variable }, joined) as [tf.Tensor, tf.Tensor, tf.Tensor];
    m.assign(mean);
    v.assign(square);
    variable.assign(value);
  });
}

/** Options of {@link rmsProp}. */
export interface RmsPropOptions extends OptimizerOptions {
  /** How much of the old mean of the squared gradients an update keeps, in [0, 1). */
  readonly decay?: number;
  /** Added to the root of the mean square. 1e-8 unless told. */
  readonly epsilon?: number;
}

/** RMSProp (Hinton's lecture 6e, 2012): `w -= rate * g / (sqrt(v) + epsilon)`. Rate 1e-3, decay 0.9, epsilon 1e-8 unless told. */
export function rmsProp(options: RmsPropOptions = {}): OptimizerRecipe {
  expectOptions(SCOPE, 'rmsProp', options, ['learningRate', 'decay', 'epsilon', ...shared]);
  const { learningRate = 1e-3, decay = 0.9, epsilon = 1e-8 } = options;
  expectFraction(SCOPE, 'rmsProp decay', decay);
  expectNumber(SCOPE, 'rmsProp epsilon', epsilon, 0);
  return recipe('rmsProp', options, { learningRate, decay, epsilon }, ['v'], (variable, gradient, [v], rate) => {
    const square = tf.add(tf.mul(v, decay), tf.mul(tf.square(gradient), 1 - decay));
    v.assign(square);
    variable.assign(tf.sub(variable, tf.mul(tf.div(gradient, tf.add(tf.sqrt(square), epsilon)), rate)));
  });
}

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** In [0, 1). */
  readonly momentum?: number;
}

/** Stochastic gradient descent with momentum: `b = momentum * b + g; w -= rate * b`. Rate 1e-2, momentum 0 unless told. */
export function sgd(options: SgdOptions = {}): OptimizerRecipe {
  expectOptions(SCOPE, 'sgd', options, ['learningRate', 'momentum', ...shared]);
  const { learningRate = 1e-2, momentum = 0 } = options;
  expectFraction(SCOPE, 'sgd momentum', momentum);
  const slots = momentum > 0 ? (['b'] as const) : ([] as const);
  return recipe('sgd', options, { learningRate, momentum }, slots, (variable, gradient, [b], rate) => {
    const direction = b ? tf.add(tf.mul(b, momentum), gradient) : gradient;
    b?.assign(direction);
    variable.assign(tf.sub(variable, tf.mul(direction, rate)));
  });
}

type Slots<S extends readonly string[]> = { [K in keyof S]: tf.Variable };
type Rule<S extends readonly string[]> = (variable: tf.Variable, gradient: tf.Tensor, slots: Slots<S>, rate: number, update: number) => void;

function recipe<const S extends readonly string[]>(
  name: string,
  options: OptimizerOptions,
  settings: { readonly learningRate: Hyper } & Readonly<Record<string, Hyper>>,
  slotNames: S,
  rule: Rule<S>,
): OptimizerRecipe {
  expectHyper(SCOPE, `${name} learningRate`, settings.learningRate, 0);
  const { clipNorm, clipValue } = options;
  if (clipNorm !== undefined) expectNumber(SCOPE, `${name} clipNorm`, clipNorm, Number.MIN_VALUE);
  if (clipValue !== undefined) expectNumber(SCOPE, `${name} clipValue`, clipValue, Number.MIN_VALUE);

  const config: Record<string, Json> = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, describeHyper(value)]));
  if (clipNorm !== undefined) config['clipNorm'] = clipNorm;
  if (clipValue !== undefined) config['clipValue'] = clipValue;

  const build = (): Optimizer => {
    const slots = new Map<string, tf.Variable>();
    const slot = (slotName: string, key: string, variable: tf.Variable): tf.Variable => {
      const slotKey = `${slotName}/${key}`;
      let value = slots.get(slotKey);
      if (!value) {
        const zeros = tf.zeros(variable.shape);
        value = tf.variable(zeros, false);
        zeros.dispose();
        slots.set(slotKey, value);
      }
      return value;
    };
    return {
      apply: (gradients, variables, update) =>
        tf.tidy(() => {
          const rate = valueAt(settings.learningRate, update);
          for (const [key, gradient] of clip(gradients, clipNorm, clipValue)) {
            const variable = variables.get(key) as tf.Variable;
            rule(variable, gradient, slotNames.map((s) => slot(s, key, variable)) as Slots<S>, rate, update);
          }
        }),
      slots: (variables) => {
        for (const [key, variable] of variables) for (const slotName of slotNames) slot(slotName, key, variable);
        return slots;
      },
      dispose: () => {
        for (const value of slots.values()) value.dispose();
        slots.clear();
      },
    };
  };
  return { name, config, build };
}

function clip(gradients: ReadonlyMap<string, tf.Tensor>, norm: number | undefined, value: number | undefined): Iterable<[string, tf.Tensor]> {
  let clipped = [...gradients];
  if (value !== undefined) clipped = clipped.map(([key, gradient]) => [key, tf.clipByValue(gradient, -value, value)]);
  if (norm !== undefined && clipped.length > 0) {
    const total = tf.sqrt(tf.addN(clipped.map(([, gradient]) => tf.sum(tf.square(gradient)))));
    // Scales by min(1, norm / total) without dividing by a total of 0.
    const scale = tf.div(norm, tf.maximum(total, norm));
    clipped = clipped.map(([key, gradient]) => [key, tf.mul(gradient, scale)]);
  }
  return clipped;
}
