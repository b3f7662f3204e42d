import { expectInteger, expectKeys, expectNumber, expectOneOf, GanzooError } from '@ganzoo/core';
import { difference, expectNoLeak, failure, onEachBackend, valuesOf, type Check, type SuiteOptions } from '@ganzoo/core/testing';
import type * as tf from '@tensorflow/tfjs';
import type { FlatPoints, Points } from '../points.ts';
import type { WorkOptions } from '../work.ts';
import { asTensors, backwards, copyOf, cube, dimensions, own, rowsOf } from './sets.ts';
import { outcome, workChecks } from './work.ts';

const SCOPE = 'metrics/testing';

/** The metric that {@link metricSuite} checks. */
export interface MetricSuiteOptions extends SuiteOptions {
  /**
   * The metric as one number, such as
   * `async (real, generated, options) => (await precisionRecall(real, generated, options)).precision`.
   */
  readonly measure: (real: Points, generated: Points, options: WorkOptions) => Promise<number>;
  /** Whether less is better, or more. */
  readonly kind: 'distance' | 'score';
  /** Whether real and generated may change places. So it is with a distance unless told, and not with a score. */
  readonly symmetric?: boolean;
  /** Samples of either set that it needs: with one less it must refuse. 1 unless told. */
  readonly least?: number;
  /** Samples of either set that it is tried on. 60 unless told, or `least` where that is more. */
  readonly samples?: number;
  /** Whether it takes `signal` and `onProgress`. True unless told: only what is over at once can do without. */
  readonly interruptible?: boolean;
  /** By how much values that should be equal may differ, in parts of what lies between the same set and a far one. 1e-4 unless told. */
  readonly tolerance?: number;
}

/**
 * What a metric of features must do: be best where nothing differs and worse the farther sets are apart, heed no order, repeat
 * itself, let go, and refuse what has no answer.
 */
export function metricSuite(options: MetricSuiteOptions): readonly Check[] {
  expectKeys(SCOPE, options, ['measure', 'kind', 'symmetric', 'least', 'samples', 'interruptible', 'tolerance', 'backends']);
  const { kind, symmetric = kind === 'distance', least = 1, samples = Math.max(60, least), interruptible = true, tolerance = 1e-4 } = options;
  expectOneOf(SCOPE, 'kind', kind, ['distance', 'score']);
  expectInteger(SCOPE, 'least', least, 1);
  expectInteger(SCOPE, 'samples', samples, least);
  expectNumber(SCOPE, 'tolerance', tolerance, 0);
  // Copies, so that what spoils them fails where that is looked for. What throws at once is refused as well.
  const measure = async (a: Points, b: Points, work: WorkOptions = {}): Promise<number> => options.measure(own(a), own(b), work);

  const real = cube('real', samples);
  const [near, far] = [cube('near', samples, 1), cube('far', samples, 4)];
  const against = async (generated: FlatPoints): Promise<number> => measure(real, generated);
  const isBetter = (a: number, b: number): boolean => (kind === 'distance' ? a < b : a > b);
  const areEqual = async (a: number, b: number): Promise<boolean> => Math.abs(a - b) <= tolerance * Math.abs((await against(far)) - (await against(real)));

  return onEachBackend(options, {
    'its value is a finite number': async () => {
      for (const generated of [real, near, far]) expectFinite(await against(generated));
    },

    'nothing is better than the same set': async () => {
      const same = await against(real);
      for (const [name, set] of Object.entries({ near, far })) {
        const value = await against(set);
        if (!isBetter(value, same) || (await areEqual(value, same))) continue;
        throw failure(`no set to be better than ${same}, which the same set is`, `${value} of a ${name} one`, `Say what it is: kind is '${kind}'.`);
      }
    },

    'what is farther is worse': async () => {
      const [one, four] = [await against(near), await against(far)];
      if (isBetter(one, four)) return;
      const got = `${one} and ${four}`;
      throw failure('a set one standard deviation away to be better than one four away', got, 'Measure how far the sets are apart.');
    },

    ...(symmetric && {
      'real and generated may change places': async () => {
        const [one, other] = [await measure(real, near), await measure(near, real)];
        if (!(await areEqual(one, other)))
          throw failure(`${one} the other way round, too`, String(other), 'Where they have their places, say { symmetric: false }.');
      },
    }),

    'the order of samples does not matter': async () => {
      const value = await against(near);
      for (const [a, b] of [[backwards(real), near] as const, [real, backwards(near)] as const]) {
        const other = await measure(a, b);
        if (!(await areEqual(value, other)))
          throw failure(`${value} of the samples in another order, too`, String(other), 'Do not pair samples by their places.');
      }
    },

    'the same sets have the same value': async () => {
      const [value, again] = [await against(near), await against(near)];
      if (!Object.is(value, again))
        throw failure(`${value} of the same sets, too`, String(again), 'Draw by rng(seed) of @ganzoo/core, from a seed that is an option.');
    },

    'tensors, lists and flat numbers have the same value': async () => {
      const value = await against(near);
      const others = {
        tensors: await asTensors([real, near], (a, b) => measure(a, b)),
        lists: await measure(rowsOf(real), rowsOf(near)),
      };
      for (const [form, other] of Object.entries(others)) {
        if (!(await areEqual(value, other)))
          throw failure(`${value} of the same sets as ${form}`, String(other), 'Read them by readPoints() of @ganzoo/metrics.');
      }
    },

    'sets stay as they are': async () => {
      const sets = [real, near] as const;
      const [a, b] = sets.map((set) => copyOf(set)) as [FlatPoints, FlatPoints];
      await options.measure(a, b, {});
      const cure = 'They belong to whoever gave them: work on a copy, and leave tensors to their owner.';
      const found = difference(real.values, a.values) ?? difference(near.values, b.values);
      if (found) throw failure('both sets to be as they were', found, cure);
      await asTensors(sets, async (...tensors) => {
        const [a, b] = tensors as [tf.Tensor2D, tf.Tensor2D];
        await measure(a, b);
        if (tensors.some((tensor) => tensor.isDisposed)) throw failure('tensors to stay', 'a disposed one', cure);
        for (const [index, tensor] of tensors.entries()) {
          const found = difference((sets[index] as FlatPoints).values, await valuesOf(tensor));
          if (found) throw failure('tensors to be as they were', found, cure);
        }
      });
    },

    'no tensor is left behind': async () => {
      // What is made at the first time may be kept for the next.
      await against(near);
      await expectNoLeak('a measurement', async () => void (await against(near)));
      await expectNoLeak('a measurement of tensors', () => asTensors([real, near], async (a, b) => void (await measure(a, b))));
      await expectNoLeak('a refusal', async () => void (await outcome(measure(real, copyOf(near, Number.NaN)))));
    },

    'what is not finite is refused by its value': async () => {
      for (const value of [Number.NaN, Infinity]) {
        const cure = 'A network that has diverged makes such features: say so.';
        for (const [a, b] of [[copyOf(real, value), near] as const, [real, copyOf(near, value)] as const])
          await expectRefusal(`${value} and names it`, measure(a, b), cure, String(value));
      }
    },

    'too few samples are refused': async () => {
      expectFinite(await measure(cube('real', least), cube('near', least, 1)));
      const few = cube('few', least - 1);
      const cure = `Correct least, ${least}, if it takes fewer.`;
      await expectRefusal(`${least - 1} real samples`, measure(few, near), cure);
      await expectRefusal(`${least - 1} generated samples`, measure(real, few), cure);
    },

    'sets of other dimensions are refused': () =>
      expectRefusal('sets of unequal dimensions', measure(real, cube('near', samples, 1, dimensions + 1)), 'They are of two networks: say so.'),

    ...(interruptible && workChecks((work) => measure(real, near, work))),
  });
}

function expectFinite(value: unknown): void {
  if (typeof value !== 'number') throw failure('a number', typeof value, 'Measure one number: (await metric(real, generated)).mean.');
  if (!Number.isFinite(value)) throw failure('a finite number', String(value), 'Look for a logarithm, a root or a division by 0.');
}

async function expectRefusal(what: string, work: Promise<number>, cure: string, naming = ''): Promise<void> {
  const { error, value } = await outcome(work);
  if (error instanceof GanzooError && error.message.includes(naming)) return;
  throw failure(`a GanzooError that refuses ${what}`, String(error ?? value), cure);
}
