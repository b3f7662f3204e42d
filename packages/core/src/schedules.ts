import { GanzooError, expectInteger, expectNumber, expectOptions, show } from './errors.ts';
import type { Hyper, Json, Schedule } from './types.ts';

const SCOPE = 'core/schedules';

/** The value of a hyperparameter at a player's `update`, counted from 0. */
export function valueAt(hyper: Hyper, update: number): number {
  return typeof hyper === 'number' ? hyper : hyper.at(update);
}

/** What a hyperparameter looks like in a configuration. */
export function describeHyper(hyper: Hyper): Json {
  return typeof hyper === 'number' ? hyper : { name: hyper.name, config: hyper.config };
}

/** Throws unless a constant lies in [least, most], or a schedule does so at its first update. */
export function expectHyper(scope: string, name: string, hyper: Hyper, least: number, most = Infinity): void {
  if (typeof hyper !== 'number' && typeof (hyper as Schedule | undefined | null)?.at !== 'function') {
    throw new GanzooError(scope, `${name} must be a number or a schedule such as cosine({ from: 1e-3, updates: 5000 }), got ${show(hyper)}.`);
  }
  expectNumber(scope, typeof hyper === 'number' ? name : `${name} at update 0`, valueAt(hyper, 0), least, most);
}

/** `value`, always. */
export function constant(value: number): Schedule {
  expectNumber(SCOPE, 'constant value', value);
  return { name: 'constant', config: { value }, at: () => value };
}

/** From where to where, and for how long: {@link linearDecay} and {@link cosine}. */
export interface DecayOptions {
  /** The value at first. */
  readonly from: number;
  /** Reached after `start + updates` updates and kept. 0 unless told. */
  readonly to?: number;
  /** Updates of the player that the decay takes. */
  readonly updates: number;
  /** Updates at `from` before the decay begins. 0 unless told. */
  readonly start?: number;
}

/** A straight line from `from` to `to`. */
export function linearDecay(options: DecayOptions): Schedule {
  return decay('linearDecay', options, (progress) => 1 - progress);
}

/** Half a cosine from `from` to `to` (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983). */
export function cosine(options: DecayOptions): Schedule {
  return decay('cosine', options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
}

function decay(name: string, options: DecayOptions, left: (progress: number) => number): Schedule {
  expectOptions(SCOPE, name, options, ['from', 'to', 'updates', 'start']);
  const { from, to = 0, updates, start = 0 } = options;
  expectNumber(SCOPE, `${name} from`, from);
  expectNumber(SCOPE, `${name} to`, to);
  expectInteger(SCOPE, `${name} updates`, updates, 1);
  expectInteger(SCOPE, `${name} start`, start, 0);
  const at = (update: number): number => to + (from - to) * left(Math.min(1, Math.max(0, (update - start) / updates)));
  return { name, config: { from, to, updates, start }, at };
}

/** A straight line from 0 over `updates` updates, to the value of `to`, whose own clock starts with the run. */
export function warmup(options: { readonly updates: number; readonly to: Hyper }): Schedule {
  expectOptions(SCOPE, 'warmup', options, ['updates', 'to']);
  const { updates, to } = options;
  expectInteger(SCOPE, 'warmup updates', updates, 1);
  expectHyper(SCOPE, 'warmup to', to, -Infinity);
  return {
    name: 'warmup',
    config: { updates, to: describeHyper(to) },
    at: (update) => valueAt(to, update) * Math.min(1, (update + 1) / updates),
  };
}
