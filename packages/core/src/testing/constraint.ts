import * as tf from '@tensorflow/tfjs';
import type { Regularizer } from '../types.ts';
import { failure, type Checks } from './check.ts';
import { allValues, expectNoLeak, firstDifference } from './expect.ts';
import { onBench, variablesOf, type Bench, type Subject } from './regularizer-bench.ts';

/** A regularizer that holds weights to something after each update. */
export type Constraint<O> = Extract<Regularizer<O>, { readonly constrain: unknown }>;

/** It must hold the weights of its player where they are, and no others. */
export function constraintChecks<O>(make: () => Constraint<O>, subject: Subject<O>): Checks {
  const constrain = ({ constrain, player }: Constraint<O>, { networks }: Bench<O>): void => tf.tidy(() => constrain(networks[player].trainable));
  return {
    'it changes weights where they are': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        const variables = on.networks[regularizer.player].trainable;
        const before = await allValues(variables);
        constrain(regularizer, on);
        if (firstDifference(before, await allValues(variables))) return;
        const cure = 'Assign what you compute: variable.assign(value).';
        throw failure(`${regularizer.name} to change weights three times as large as they begin`, 'the same weights', cure);
      }),

    'it changes nothing that it has changed': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        const { trainable } = on.networks[regularizer.player];
        constrain(regularizer, on);
        const before = await allValues(trainable);
        constrain(regularizer, on);
        for (const [name, values] of await allValues(trainable)) {
          const once = before.get(name) as typeof values;
          // What divides by a norm that is 1 already rounds again.
          const at = values.findIndex((value, index) => !(Math.abs(value - (once[index] as number)) <= 1e-4 * Math.max(1e-2, Math.abs(value))));
          if (at < 0) continue;
          const got = `${once[at]} after the first time and ${values[at]} after the second, at value ${at} of '${name}'`;
          throw failure(`${regularizer.name} to leave weights that it has constrained`, got, 'Bound weights: what shrinks them at each update is a penalty.');
        }
      }),

    'it changes only weights of its player': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        const others = new Map([...variablesOf(on)].filter(([name]) => !name.startsWith(`${regularizer.player}/trainable/`)));
        const before = await allValues(others);
        constrain(regularizer, on);
        const moved = firstDifference(before, await allValues(others));
        if (moved) throw failure(`${regularizer.name} to change only weights of the ${regularizer.player}`, moved, 'Change the variables given to constrain.');
      }),

    'it leaves no tensor behind': () => onBench(subject, (on) => expectNoLeak('the constraint', () => constrain(make(), on))),
  };
}
