import { checkpoints, earlyStopping, every, history, memory, nonSaturating, Trainer, type EarlyStoppingOptions, type Loss, type Store } from '@ganzoo/core';
import type { FitResult, Logits } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('cpu'));

const data = points(8);

describe('earlyStopping', () => {
  /** How a run ends whose monitored values are these, one a look. */
  async function run(values: readonly number[], options: Partial<EarlyStoppingOptions>): Promise<Pick<FitResult, 'reason' | 'step'>> {
    const { steps = 1 } = options;
    let looks = 0;
    const stopper = earlyStopping({ monitor: () => values[looks++] as number, steps, patience: 2, ...options });
    const trainer = new Trainer(planeGan());
    const { reason, step } = await trainer.fit(data, { steps: values.length * steps + 1, batchSize: 2, callbacks: [stopper] });
    trainer.dispose();
    return { reason, step };
  }

  it('waits `patience` looks in a row for an improvement', async () => {
    expect(await run([3, 4, 2, 3, 1, 2, 0], {})).toMatchObject({ reason: 'done' });
    expect(await run([3, 4, 2, 3, 2.5, 1, 0], {})).toEqual({ reason: 'stopped', step: 5 });
    expect(await run([3, 4, 2], { patience: 1 })).toEqual({ reason: 'stopped', step: 2 });
    expect(await run([3, 3, 2], { patience: 1 })).toEqual({ reason: 'stopped', step: 2 });
  });

  it('takes the greatest value for the best in mode max', async () => {
    expect(await run([-1, 0, 1, 2, 3], { mode: 'max' })).toMatchObject({ reason: 'done' });
    expect(await run([5, 4, 3, 2, 1], { mode: 'max' })).toEqual({ reason: 'stopped', step: 3 });
    expect(await run([5, 4, 3, 2, 1], { mode: 'min' })).toMatchObject({ reason: 'done' });
    expect(await run([5, 6, 7, 8, 9], {})).toEqual({ reason: 'stopped', step: 3 });
  });

  it('counts no improvement smaller than minDelta, but several that add up to it', async () => {
    expect(await run([5, 4.9, 4.8, 4.7, 4.6], { minDelta: 1 })).toEqual({ reason: 'stopped', step: 3 });
    expect(await run([5, 4.4, 3.8, 3.2, 2.6], { minDelta: 1 })).toMatchObject({ reason: 'done' });
    expect(await run([5, 5.1, 5.2, 5.3, 5.4], { minDelta: 1, mode: 'max' })).toEqual({ reason: 'stopped', step: 3 });
    expect(await run([5, 5.6, 6.2, 6.8, 7.4], { minDelta: 1, mode: 'max' })).toMatchObject({ reason: 'done' });
  });

  it('looks every `steps` steps', async () => {
    expect(await run([1, 2, 3, 4], { steps: 3 })).toEqual({ reason: 'stopped', step: 9 });
  });

  it('monitors a loss by its key', async () => {
    const values = [4, 3, 3.5, 3.2, 1];
    let update = 0;
    const scripted: Loss<Logits, unknown> = {
      name: 'scripted',
      config: {},
      discriminator: (context) => nonSaturating().discriminator(context),
      generator: ({ fake }) => ({ value: tf.add(tf.mul(tf.mean(fake.out.logits), 0), values[update++] as number) as tf.Scalar }),
    };
    const trainer = new Trainer(planeGan({ loss: scripted }));
    const stopper = earlyStopping({ monitor: 'generator/value', steps: 1, patience: 2 });
    expect(await trainer.fit(data, { steps: 5, batchSize: 2, callbacks: [stopper] })).toMatchObject({ reason: 'stopped', step: 4 });
    trainer.dispose();
  });
});

describe('checkpoints', () => {
  function recorder(): { store: Store; saved: () => Promise<number> } & { commits: number[] } {
    const store = memory();
    const commits: number[] = [];
    const saved = async (): Promise<number> => {
      const loaded = await Trainer.load(store, planeGan());
      const { step } = loaded;
      loaded.dispose();
      return step;
    };
    return { commits, saved, store: { ...store, commit: async (files) => (await store.commit(files), void commits.push(await saved())) } };
  }

  it('are not written twice for one step, nor away from their interval', async () => {
    const { store, commits } = recorder();
    const trainer = new Trainer(planeGan());
    await trainer.fit(data, { steps: 6, batchSize: 2, callbacks: [checkpoints({ store, steps: 3 })] });
    expect(commits).toEqual([3, 6]);
    await trainer.fit(data, { steps: 8, batchSize: 2, callbacks: [checkpoints({ store, steps: 5 })] });
    expect(commits).toEqual([3, 6, 8]);
    trainer.dispose();
  });

  it('hold the end of a run that is aborted or stopped', async () => {
    const { store, commits } = recorder();
    const trainer = new Trainer(planeGan());
    const controller = new AbortController();
    await trainer.fit(data, {
      steps: 20,
      batchSize: 2,
      signal: controller.signal,
      callbacks: [checkpoints({ store, steps: 3 }), every(4, () => controller.abort())],
    });
    expect(commits).toEqual([3, 4]);
    await trainer.fit(data, { steps: 20, batchSize: 2, callbacks: [checkpoints({ store, steps: 10 }), every(5, () => 'stop')] });
    expect(commits).toEqual([3, 4, 5]);
    trainer.dispose();
  });

  it('leave the last good one where a run fails', async () => {
    const { store, commits, saved } = recorder();
    const trainer = new Trainer(planeGan());
    const failing = every(4, () => Promise.reject(new Error('out of paper')));
    await expect(trainer.fit(data, { steps: 9, batchSize: 2, callbacks: [checkpoints({ store, steps: 3 }), failing] })).rejects.toThrow('out of paper');
    expect(commits).toEqual([3]);
    expect(await saved()).toBe(3);
    trainer.dispose();
  });
});

describe('history', () => {
  it('keeps the losses of each step it looked at', async () => {
    const trainer = new Trainer(planeGan());
    const [all, some] = [history(), history({ steps: 2 })];
    const last: unknown[] = [];
    await trainer.fit(data, { steps: 5, batchSize: 2, callbacks: [all, some, every(1, async (run) => void last.push(await run.losses()))] });
    expect(all.rows).toEqual(last.map((losses, index) => ({ step: index + 1, losses })));
    expect(some.rows).toEqual([all.rows[1], all.rows[3]]);
    trainer.dispose();
  });
});
