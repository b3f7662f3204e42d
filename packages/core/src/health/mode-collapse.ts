import * as tf from '@tensorflow/tfjs';
import type { Examiner } from '../health.ts';
import { disposeBatch } from '../data.ts';
import { rng } from '../random.ts';
import type { Dataset, Run } from '../run-types.ts';

const count = 64;
/** Of the diversity of the data. A generator that has never been above is only beginning. */
const [once, lost] = [0.5, 0.3];
const looks = 2;

/** Samples that were as diverse as half of the data, and no longer are as a third of it: two looks in a row. */
export function modeCollapse(data: Dataset): Examiner {
  let real: number | undefined;
  let most = 0;
  let idle = 0;
  return {
    // An average's batch norm is measured anew at each look.
    skips: 3,
    async look(run: Run) {
      real ??= await ofData(data);
      const fake = run.sample(count, { seed: run.step });
      const share = (await diversity(fake)) / real;
      fake.dispose();
      most = Math.max(most, share);
      idle = most >= once && share < lost ? idle + 1 : 0;
      if (idle < looks) return undefined;
      return `mode collapse: ${count} samples are on average ${percent(share)} as far apart as real ones, and were ${percent(most)}. Go on from an earlier checkpoint with a lower learning rate of the generator, or with a loss that holds the critic back: regularizers: [gradientPenalty()] or [r1()], or wganGp.`;
    },
  };
}

async function ofData(data: Dataset): Promise<number> {
  for await (const { batch } of data.batches({ size: count, rng: rng(0).fork('health') })) {
    const value = await diversity(batch.samples);
    disposeBatch(batch);
    return value;
  }
  return Number.NaN;
}

/** Mean distance of two samples. */
async function diversity(samples: tf.Tensor): Promise<number> {
  const mean = tf.tidy(() => {
    const rows = tf.reshape(samples, [samples.shape[0] as number, -1]);
    const squares = tf.sum(tf.square(rows), 1, true);
    const between = tf.sub(tf.add(squares, tf.transpose(squares)), tf.mul(tf.matMul(rows, rows, false, true), 2));
    return tf.mean(tf.sqrt(tf.relu(between)));
  });
  const [value] = await mean.data();
  mean.dispose();
  return value as number;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
