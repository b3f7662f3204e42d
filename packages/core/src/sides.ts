import * as tf from '@tensorflow/tfjs';
import type { Batch, Discriminator, Live, Pass, Rng, Side } from './types.ts';

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
