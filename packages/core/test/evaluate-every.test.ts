import { evaluateEvery, GanzooError, memory, Trainer, type Callback, type EvaluateEveryOptions, type Run } from '@ganzoo/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeAll(() => use('cpu'));

const data = points(8);
const fit = async (trainer: Trainer, steps: number, callbacks: readonly Callback[], signal?: AbortSignal) =>
  trainer.fit(data, { steps, batchSize: 2, callbacks, ...(signal && { signal }) });
/** A metric that gives these values, one an evaluation. */
const scripted = (values: readonly number[]) => {
  let at = 0;
  return (): number => values[at++] as number;
};

describe('evaluateEvery', () => {
  it('measures every so many steps and at the end, and hands the numbers to the other callbacks', async () => {
    const seen: [number, Readonly<Record<string, number>>][] = [];
    const metrics = { count: async (run: Run) => run.step, sides: (run: Run) => ({ left: -run.step, right: run.realSamples }) };
    const evaluation = evaluateEvery({ steps: 3, metrics });
    const trainer = new Trainer(planeGan());
    await fit(trainer, 7, [evaluation, { name: 'listener', onRecord: (run, values) => void seen.push([run.step, values]) }]);
    trainer.dispose();
    const values = (step: number) => ({ count: step, 'sides/left': -step, 'sides/right': 2 * step });
    expect(seen).toEqual([3, 6, 7].map((step) => [step, values(step)]));
    expect(evaluation.rows).toEqual([3, 6, 7].map((step) => ({ step, realSamples: 2 * step, values: values(step) })));
    expect(evaluation.best).toBeUndefined();
  });

  it.each([
    ['min', [5, 3, Number.NaN, 4, 3], 2],
    ['max', [5, 3, 6, Number.NaN, 6], 3],
  ] as const)('keeps the checkpoint that is best in mode %s, with a note of how good it is', async (mode, values, step) => {
    const store = memory();
    const evaluation = evaluateEvery({ steps: 1, metrics: { value: scripted(values) }, best: { metric: 'value', mode, store } });
    const trainer = new Trainer(planeGan());
    await fit(trainer, 5, [evaluation]);
    trainer.dispose();
    expect(evaluation.best).toMatchObject({ step, values: { value: values[step - 1] } });
    const kept = await Trainer.load(store, planeGan());
    expect(kept.step).toBe(step);
    kept.dispose();
    const note = JSON.parse(new TextDecoder().decode(await store.read('best.json'))) as object;
    expect(note).toEqual({ metric: 'value', step, realSamples: 2 * step, values: { value: values[step - 1] } });
  });

  it('stops a run after `patience` evaluations without an improvement of `minDelta`', async () => {
    const end = async (values: readonly number[], patience: number, minDelta = 0) => {
      const evaluation = evaluateEvery({ steps: 2, metrics: { a: scripted(values) }, best: { metric: 'a', mode: 'min', patience, minDelta } });
      const trainer = new Trainer(planeGan());
      const { reason, step } = await fit(trainer, 20, [evaluation]);
      trainer.dispose();
      return [reason, step];
    };
    expect(await end([5, 6, 4, 5, 5, 3, 2, 1, 0, 0], 2)).toEqual(['stopped', 10]);
    expect(await end([5, 4.9, 4.8, 4.7, 4, 4, 4, 4, 4, 4], 2, 0.5)).toEqual(['stopped', 6]);
    expect(await end([5, 4.7, 4.4, 4.2, 3.8, 3.5, 3.2, 3, 2.6, 1], 2, 0.5)).toEqual(['done', 20]);
  });

  it('has to beat what the same run left in the store before it was interrupted, and nothing else', async () => {
    const store = memory();
    const checkpoint = memory();
    const from = async (trainer: Trainer, steps: number, values: readonly number[]) => {
      const evaluation = evaluateEvery({ steps: 1, metrics: { value: scripted(values) }, best: { metric: 'value', mode: 'min', store } });
      await fit(trainer, steps, [evaluation]);
      await trainer.save(checkpoint);
      trainer.dispose();
      return evaluation.best?.step;
    };
    expect(await from(new Trainer(planeGan()), 2, [7, 5])).toBe(2);
    expect(await from(await Trainer.load(checkpoint, planeGan()), 4, [6, 6])).toBe(2);
    expect(await from(await Trainer.load(checkpoint, planeGan()), 6, [6, 4])).toBe(6);
    // A new run does not have to beat an old one.
    expect(await from(new Trainer(planeGan()), 2, [9, 8])).toBe(2);
  });

  it('lets an abort end an evaluation under way', async () => {
    const stop = new AbortController();
    const slow = (run: Run) =>
      new Promise<number>((_, reject) => {
        run.signal?.addEventListener('abort', () => reject(run.signal?.reason as Error));
        stop.abort();
      });
    const trainer = new Trainer(planeGan());
    expect(await fit(trainer, 9, [evaluateEvery({ steps: 4, metrics: { slow } })], stop.signal)).toMatchObject({ reason: 'aborted', step: 4 });
    trainer.dispose();
  });

  it('lets the error of a metric end the run', async () => {
    const broken = () => {
      throw new Error('no network');
    };
    const trainer = new Trainer(planeGan());
    await expect(fit(trainer, 2, [evaluateEvery({ steps: 1, metrics: { broken } })])).rejects.toThrow('no network');
    const text = evaluateEvery({ steps: 1, metrics: { text: (() => 'many') as never } });
    await expect(fit(trainer, 4, [text])).rejects.toThrow('the metric text must give a number, got string. Await it, and take the number out of its result.');
    trainer.dispose();
  });

  it.each<[object, string]>([
    [{ steps: 0 }, 'steps must be an integer of at least 1, got 0'],
    [{ metrics: {} }, 'metrics must name at least one function of the run'],
    [{ metrics: { a: 3 } }, 'the metric a must be a function of the run, got number'],
    [{ patience: 3 }, "unknown option 'patience'"],
    [{ best: { metric: 'b', mode: 'min' } }, "best.metric must name one of the metrics (a), or a number of one as 'metric/number', got 'b'"],
    [{ best: { metric: 'a', mode: 'least' } }, "best.mode must be one of 'min', 'max'"],
    [{ best: { metric: 'a', mode: 'min', store: 'runs' } }, 'best.store must be a store'],
    [{ best: { metric: 'a', mode: 'min', patience: 0 } }, 'best.patience must be an integer of at least 1, got 0'],
  ])('refuses %j', (wrong, message) => {
    const make = () => evaluateEvery({ steps: 1, metrics: { a: () => 1 }, ...wrong } as EvaluateEveryOptions);
    expect(make).toThrow(GanzooError);
    expect(make).toThrow(message);
  });
});
