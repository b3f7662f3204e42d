import { rng, type BothSides, type Features, type Latents, type Logits, type Loss, type Parts } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';

/** Of one side, in the order of its tensors: logits `[rows, 1]`, features `[rows, 2, 2]`, samples `[rows, 2]`. */
export interface Values {
  readonly logits?: readonly number[];
  readonly features?: readonly number[];
  readonly samples?: readonly number[];
}

const shapes = { logits: [1], features: [2, 2], samples: [2] } as const;
type Context = BothSides<Logits & Features, Latents>;
type Player = 'discriminator' | 'generator';

/** What a loss sees of two sides; what is not given is 0, in 3 rows. */
export function contextOf(real: Values, fake: Values, extra: Partial<Context> = {}): Context {
  const tensor = (of: keyof Values, values: Values): tf.Tensor => {
    const shape = shapes[of];
    const flat = values[of];
    return flat ? tf.reshape(tf.tensor1d([...flat]), [-1, ...shape]) : tf.zeros([3, ...shape]);
  };
  const side = (values: Values): Context['real'] => ({
    samples: tensor('samples', values),
    out: { logits: tensor('logits', values), features: tensor('features', values) },
  });
  return { real: side(real), fake: side(fake), latents: { z: tf.zeros([3, 2]) }, state: {}, update: 0, rng: rng(0), ...extra };
}

export function numbersOf(
  loss: Loss<Logits & Features, Latents>,
  player: Player,
  real: Values,
  fake: Values,
  extra: Partial<Context> = {},
): Record<string, number> {
  return tf.tidy(() => readParts(loss[player](contextOf(real, fake, extra))));
}

export function readParts(parts: Parts): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.dataSync()[0] as number]));
}

/** Of the sum of all parts, by the values of the real side and then of the fake one. */
export function gradientsOf(
  loss: Loss<Logits & Features, Latents>,
  player: Player,
  of: keyof Values,
  real: readonly number[],
  fake: readonly number[],
): number[] {
  return tf.tidy(() => {
    const total = (flatReal: tf.Tensor, flatFake: tf.Tensor): tf.Tensor => {
      const context = contextOf({}, {});
      const change = (side: Context['real'], flat: tf.Tensor): Context['real'] => {
        const value = tf.reshape(flat, [-1, ...shapes[of]]);
        return of === 'samples' ? { ...side, samples: value } : { ...side, out: { ...side.out, [of]: value } };
      };
      const parts = loss[player]({ ...context, real: change(context.real, flatReal), fake: change(context.fake, flatFake) });
      // Stock refuses to differentiate by what the result does not depend on.
      const nothing = tf.mul(tf.add(tf.sum(flatReal), tf.sum(flatFake)), 0);
      return tf.addN([nothing, ...Object.values(parts)]);
    };
    return tf
      .grads(total)([tf.tensor1d([...real]), tf.tensor1d([...fake])])
      .flatMap((gradient) => [...gradient.dataSync()]);
  });
}

/** Central differences of the sum of all parts, in the same order. */
export function differences(
  reference: (real: readonly number[], fake: readonly number[]) => Record<string, number>,
  real: readonly number[],
  fake: readonly number[],
): number[] {
  const step = 1e-6;
  const total = (all: readonly number[]): number => Object.values(reference(all.slice(0, real.length), all.slice(real.length))).reduce((a, b) => a + b, 0);
  const all = [...real, ...fake];
  return all.map((value, index) => (total(all.with(index, value + step)) - total(all.with(index, value - step))) / (2 * step));
}
