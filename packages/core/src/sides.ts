import * as tf from '@tensorflow/tfjs';
import type { Batch, Discriminator, Live, Logits, Pass, Rng, Side } from './types.ts';

/** What a discriminator makes of samples in one update of one player. */
export class Viewer<O> {
  readonly #discriminator: Discriminator<O>;
  readonly #live: Live<Batch, O>;
  readonly #rng: Rng;
  readonly #update: number;
  readonly #owns: boolean;

  /** `owns`: whether it is the discriminator's own update, in which its state may move. */
  constructor(discriminator: Discriminator<O>, live: Live<Batch, O>, rng: Rng, update: number, owns: boolean) {
    this.#discriminator = discriminator;
    this.#live = live;
    this.#rng = rng;
    this.#update = update;
    this.#owns = owns;
  }

  /** Samples as the network takes them. */
  prepare(side: Batch, stream: string): Batch {
    return this.#discriminator.prepare?.(side, this.#rng.fork(`prepare ${stream}`), this.#update) ?? side;
  }

  /** Applies the network to what was prepared. */
  apply(prepared: Batch, stream: string, updateState = this.#owns): O {
    const pass: Pass = { training: true, updateState, rng: this.#rng.fork(`discriminator ${stream}`) };
    return this.#live.apply(prepared, pass);
  }

  /** See {@link PenaltyContext.slopes}. `wanted`: the sides that will be asked for. */
  slopes(fake: Batch, real: Batch, wanted: ReadonlySet<'real' | 'fake'>): (side: 'real' | 'fake') => tf.Tensor {
    const score =
      (labels: tf.Tensor | undefined) =>
      (samples: tf.Tensor): Logits =>
        this.apply(labels ? { samples, labels } : { samples }, 'slopes', false) as unknown as Logits;
    const alone = { fake: once(() => squaredNorms(score(fake.labels), fake.samples)), real: once(() => squaredNorms(score(real.labels), real.samples)) };
    const joined = wanted.size === 2 && this.#live.independent ? join(fake, real) : undefined;
    if (!joined) return (side) => alone[side]();
    const both = once(() => tf.split(squaredNorms(score(joined.labels), joined.samples), [fake.samples.shape[0] as number, real.samples.shape[0] as number]));
    return (side) => both()[side === 'fake' ? 0 : 1] as tf.Tensor;
  }

  /** Two batches: at once, in half the kernels, where the network judges each sample by itself. */
  applyBoth(fake: Batch, real: Batch): { fake: O; real: O } {
    const joined = this.#live.independent ? join(fake, real) : undefined;
    if (joined) {
      const halves = split(this.apply(joined, 'both'), fake.samples.shape[0] as number, real.samples.shape[0] as number);
      if (halves) return { fake: halves[0], real: halves[1] };
    }
    return { fake: this.apply(fake, 'fake'), real: this.apply(real, 'real') };
  }
}

/** The squared norm of the discriminator's gradient at each sample, `[batch]`. */
export function squaredNorms(score: (samples: tf.Tensor) => Logits, at: tf.Tensor): tf.Tensor {
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(score(x).logits))(at);
  return tf.sum(tf.square(tf.reshape(gradient, [at.shape[0] as number, -1])), 1);
}

/** A side whose output is computed when somebody first looks at it. */
export function lazySide<O>(side: Batch, out: () => O): Side<O> {
  return {
    ...side,
    get out() {
      return out();
    },
  };
}

/** The same answer to every call, computed at the first. */
export function once<T>(compute: () => T): () => T {
  let answer: { readonly value: T } | undefined;
  return () => (answer ??= { value: compute() }).value;
}

function join(first: Batch, second: Batch): Batch | undefined {
  if (first.samples.shape.slice(1).join() !== second.samples.shape.slice(1).join()) return undefined;
  const samples = tf.concat([first.samples, second.samples], 0);
  return first.labels && second.labels ? { samples, labels: tf.concat([first.labels, second.labels], 0) } : { samples };
}

/** Two halves, each value cut when somebody looks at it. Undefined where something in the output is not a tensor with one row a sample. */
function split<O>(out: O, first: number, second: number): [O, O] | undefined {
  const entries = Object.entries(out as Record<string, tf.Tensor>);
  if (!entries.every(([, value]) => value instanceof tf.Tensor && value.shape[0] === first + second)) return undefined;
  const halves = [{}, {}] as [O, O];
  for (const [key, value] of entries) {
    const cut = once(() => tf.split(value, [first, second], 0));
    halves.forEach((half, side) => Object.defineProperty(half, key, { enumerable: true, get: () => cut()[side] }));
  }
  return halves;
}
