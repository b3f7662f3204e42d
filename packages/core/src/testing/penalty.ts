import * as tf from '@tensorflow/tfjs';
import { assemble, disposeAssembly } from '../assemble.ts';
import { rng } from '../random.ts';
import { Readings } from '../readings.ts';
import type { PenaltyContext, Regularizer } from '../types.ts';
import { failure, type Checks } from './check.ts';
import { allValues, expectForm, expectNoLeak, expectValues, firstDifference, valuesOf } from './expect.ts';
import { steepest } from './reach.ts';
import { ganWith, onBench, variablesOf, type Bench, type Subject } from './regularizer-bench.ts';

/** A regularizer that adds a term. */
export type Penalty<O> = Extract<Regularizer<O>, { readonly penalty: unknown }>;

/** Updates that are looked at, at most, of a penalty that comes less often. */
const patience = 32;

/** It must reach the weights that it is to move, and nothing else. */
export function penaltyChecks<O>(make: () => Penalty<O>, subject: Subject<O>): Checks {
  const weights = ({ networks }: Bench<O>, { player }: Penalty<O>): tf.Variable[] => [...networks[player].trainable.values()];
  const mean =
    ({ penalty }: Penalty<O>, { context }: Bench<O>) =>
    () =>
      tf.mean(penalty(context()));
  return {
    'its penalty is a finite scalar': () =>
      onBench(subject, async ({ context }) => {
        const { name, penalty } = make();
        const value = tf.tidy(() => copied(penalty(context())));
        try {
          expectForm(`the penalty of ${name}`, value, { shape: [] });
          await expectValues(`the penalty of ${name}`, value);
        } finally {
          tf.dispose(value);
        }
      }),

    'its gradient reaches the weights of its player': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        const slope = await steepest(mean(regularizer, on), weights(on, regularizer));
        const cure = 'Compute it by TensorFlow.js ops from context.score or context.fake to the end: a value that was read (dataSync) moves nobody.';
        if (!slope) throw failure(`the penalty of ${regularizer.name} to move the ${regularizer.player}`, slope === 0 ? 'gradients of 0' : 'no gradient', cure);
      }),

    'its penalty moves no weight and no state': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        const before = await allValues(variablesOf(on));
        await steepest(mean(regularizer, on), weights(on, regularizer));
        const moved = firstDifference(before, await allValues(variablesOf(on)));
        const cure = 'Only an optimizer moves them; score samples by context.score.';
        if (moved) throw failure(`the penalty of ${regularizer.name} to leave both networks as they are`, moved, cure);
      }),

    'its penalty leaves no tensor behind': () =>
      onBench(subject, async (on) => {
        const regularizer = make();
        await expectNoLeak('the penalty', () => tf.tidy(() => void regularizer.penalty(on.context())));
        await expectNoLeak('the gradient of the penalty', async () => void (await steepest(mean(regularizer, on), weights(on, regularizer))));
      }),

    'its term comes at every interval, scaled by it': () => comesAtIntervals(make(), subject),
  };
}

/** What a regularizer returns stays its own. */
function copied(value: tf.Tensor): tf.Tensor {
  return value instanceof tf.Tensor ? tf.clone(value) : value;
}

/** Updates its player alone, and compares what is reported with what the penalty returned. */
async function comesAtIntervals<O>(regularizer: Penalty<O>, subject: Subject<O>): Promise<void> {
  const { name, player, interval } = regularizer;
  const seen: { readonly update: number; readonly value: tf.Tensor }[] = [];
  const penalty = (context: PenaltyContext<O>): tf.Tensor => {
    const value = regularizer.penalty(context);
    seen.push({ update: context.update, value: tf.keep(copied(value)) });
    return value;
  };
  const built = assemble(ganWith({ ...regularizer, penalty }, subject), rng(1));
  const readings = new Readings();
  const samples = rng(2).uniform([4, ...subject.sampleShape], -1, 1);
  try {
    const seat = built.seats.find((each) => each.player.name === player);
    const turn = { batch: { samples }, batchSize: 4, state: built.state, networks: built.networks as never };
    let reported = Number.NaN;
    for (let update = 0; update <= Math.min(interval, patience); update++) {
      seat?.update({ ...turn, rng: rng(3).fork(update) }, readings, update + 1);
      if (update === 0) reported = (await readings.read())[`${player}/${name}`] ?? Number.NaN;
    }
    const due = interval <= patience ? [0, interval] : [0];
    const updates = seen.map(({ update }) => update);
    if (updates.join() !== due.join()) {
      const cure = 'Let interval be an integer that stays the same.';
      throw failure(`the penalty of ${name} at updates ${due.join(' and ')}`, `updates ${updates.join(', ')}`, cure);
    }
    const [first] = seen as [(typeof seen)[number]];
    const value = (await valuesOf(first.value))[0] as number;
    if (Math.abs(reported - interval * value) <= 1e-4 * Math.abs(reported)) return;
    const cure = 'Return the term as it is: the player scales it by its interval.';
    throw failure(`'${player}/${name}' to be ${interval} times the penalty, ${value}`, String(reported), cure);
  } finally {
    tf.dispose([samples, ...seen.map(({ value }) => value)]);
    readings.dispose();
    disposeAssembly(built);
  }
}
