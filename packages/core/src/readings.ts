import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import type { Parts } from './types.ts';

interface Reading {
  readonly value: tf.Tensor;
  /** The first step at which the term was not finite, -1 while there was none; metrics have no such latch. */
  readonly firstBad?: tf.Scalar;
}

/** The losses of a run, keyed `player/term`. They stay on the device until somebody looks, yet no bad one goes unnoticed. */
export class Readings {
  readonly #readings = new Map<string, Reading>();

  /** Takes over the parts. `step` counts from 1. */
  record(player: string, step: number, losses: Parts, metrics: Parts): void {
    for (const [term, value] of Object.entries(losses)) {
      const before = this.#readings.get(`${player}/${term}`)?.firstBad;
      const firstBad = tf.tidy(() => {
        const now = tf.where(tf.isFinite(value), -1, step);
        return (before ? tf.where(tf.greaterEqual(before, 0), before, now) : now) as tf.Scalar;
      });
      this.#set(`${player}/${term}`, { value, firstBad });
    }
    for (const [term, value] of Object.entries(metrics)) this.#set(`${player}/${term}`, { value });
  }

  #set(key: string, reading: Reading): void {
    const { value, firstBad } = this.#readings.get(key) ?? {};
    this.#readings.set(key, reading);
    value?.dispose();
    firstBad?.dispose();
  }

  /** The last values, in one read of the device. */
  async read(): Promise<Record<string, number>> {
    return readScalars([...this.#readings].map(([key, { value }]) => [key, value]));
  }

  /** The last values on the device. They stay the readings'. */
  get parts(): Parts {
    return Object.fromEntries([...this.#readings].map(([key, { value }]) => [key, value]));
  }

  /** Throws when a loss has ever been NaN or infinite, naming the first step and the terms that were. */
  async assertFinite(): Promise<void> {
    const latches = [...this.#readings].flatMap(([key, { firstBad }]) => (firstBad ? [[key, firstBad] as [string, tf.Scalar]] : []));
    const bad = Object.entries(await readScalars(latches)).filter(([, step]) => step >= 0);
    if (bad.length === 0) return;
    const step = Math.min(...bad.map(([, at]) => at));
    const terms = bad.filter(([, at]) => at === step).map(([key]) => key);
    // The players who came after the first in that round have only caught it from there.
    const player = (key: string): string => key.slice(0, key.indexOf('/'));
    throw new NonFiniteLossError(
      step,
      terms.filter((term) => player(term) === player(terms[0] as string)),
    );
  }

  dispose(): void {
    for (const { value, firstBad } of this.#readings.values()) tf.dispose([value, firstBad]);
    this.#readings.clear();
  }
}

async function readScalars(entries: readonly (readonly [string, tf.Tensor])[]): Promise<Record<string, number>> {
  if (entries.length === 0) return {};
  const stacked = tf.tidy(() => tf.stack(entries.map(([, value]) => tf.cast(value, 'float32'))));
  try {
    const numbers = await stacked.data();
    return Object.fromEntries(entries.map(([key], index) => [key, numbers[index] as number]));
  } finally {
    stacked.dispose();
  }
}

/** Training cannot go on: a loss is NaN or infinite. */
export class NonFiniteLossError extends GanzooError {
  /** The first step, counted from 1, at which a term was not finite. */
  readonly step: number;
  /** `player/term` of each that was. */
  readonly terms: readonly string[];

  constructor(step: number, terms: readonly string[]) {
    super(
      'core/trainer',
      `the loss term ${terms.map((term) => `'${term}'`).join(', ')} became NaN or infinite at step ${step}. Lower the learning rate, clip gradients (adam({ clipNorm: 1 })), or look for a logarithm or division by 0 in that term. No saved file holds the damage: go on from the last checkpoint.`,
    );
    this.step = step;
    this.terms = terms;
  }
}
