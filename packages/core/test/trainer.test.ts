import {
  adam,
  checkpoints,
  earlyStopping,
  every,
  history,
  memory,
  NonFiniteLossError,
  nonSaturating,
  Trainer,
  type Batch,
  type Callback,
  type LiveNetworks,
  type Logits,
  type Loss,
  type Networks,
  type Player,
} from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, bytesOf, countTensors, imageGan, images, isNative, planeGan, points, use } from './support.ts';

const data = points(50);

describe.each(backends)('training on %s', (backend) => {
  beforeEach(() => use(backend));

  it('holds as many tensors after step 1,000 as after step 10, and gives all back', async () => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(planeGan());
    const counter = countTensors([10, 500, 1000]);
    const result = await trainer.fit(data, { steps: 1000, batchSize: 8, callbacks: [counter] });
    expect(result).toMatchObject({ reason: 'done', step: 1000 });
    expect(new Set(counter.counts).size).toBe(1);
    expect(counter.counts).toHaveLength(3);
    trainer.sample(3).dispose();
    await trainer.save(memory());
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const run = async (seed: number): Promise<Uint8Array> => {
      const trainer = new Trainer(imageGan(), { seed });
      const real = images(20);
      await trainer.fit(real, { steps: 3, batchSize: 4 });
      const bytes = await bytesOf(trainer);
      trainer.dispose();
      real.dispose();
      return bytes;
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(Buffer.compare(first, again)).toBe(0);
    expect(Buffer.compare(first, other)).not.toBe(0);
  });

  it.each([
    ['points', planeGan, () => tf.tensor2d(data.map((p) => [...p]))],
    ['images', imageGan, () => images(20)],
  ])('makes 5 + 5 steps through a file the same as 10 (%s)', async (_, gan, real) => {
    const samples = real();
    const store = memory();
    const half = new Trainer(gan({ criticSteps: 2 }), { seed: 3 });
    await half.fit(samples, { steps: 5, batchSize: 7 });
    await half.save(store);
    const resumed = await Trainer.load(store, gan({ criticSteps: 2 }));
    expect([resumed.step, resumed.realSamples, resumed.seed]).toEqual([5, 70, 3]);
    await resumed.fit(samples, { steps: 10, batchSize: 7 });
    const whole = new Trainer(gan({ criticSteps: 2 }), { seed: 3 });
    await whole.fit(samples, { steps: 10, batchSize: 7 });
    expect(Buffer.compare(await bytesOf(resumed), await bytesOf(whole))).toBe(0);
    for (const trainer of [half, resumed, whole]) trainer.dispose();
    samples.dispose();
  });

  it('gives a latent the same sample alone and among others', async () => {
    const trainer = new Trainer(imageGan());
    const real = images(20);
    await trainer.fit(real, { steps: 4, batchSize: 8 });
    const [alone, among] = [trainer.sample(1, { seed: 5 }), trainer.sample(200, { seed: 5 })];
    expect(among.shape).toEqual([200, 8, 8, 1]);
    const first = await tf.tidy(() => among.slice([0, 0, 0, 0], [1, 8, 8, 1]).sub(alone).abs().max()).data();
    expect(first[0]).toBeLessThan(1e-5);
    const values = await among.data();
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    expect(new Set(values).size).toBeGreaterThan(1000);
    tf.dispose([alone, among, real]);
    trainer.dispose();
  });

  it('names the first bad step and term of a loss that turns NaN, though it is looked at later, and saves none of it', async () => {
    const poisoned: Loss<Logits, unknown> = {
      ...nonSaturating(),
      name: 'poisoned',
      discriminator: (c) => ({ ...nonSaturating().discriminator(c), extra: tf.mul(tf.mean(c.real.out.logits), updates++ >= 6 ? NaN : 0) as tf.Scalar }),
    };
    let updates = 0;
    const trainer = new Trainer(planeGan({ loss: poisoned }));
    const store = memory();
    const seen: number[] = [];
    const error = await trainer
      .fit(data, { steps: 40, batchSize: 8, checkEvery: 20, callbacks: [every(1, (run) => void seen.push(run.step))] })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ step: 7, terms: ['discriminator/extra'] });
    expect(String(error)).toContain("'discriminator/extra' became NaN or infinite at step 7");
    expect(seen.at(-1)).toBe(19);
    await expect(trainer.save(store)).rejects.toThrow('step 7');
    expect(await store.read('checkpoint.safetensors')).toBeUndefined();
    trainer.dispose();
  });

  it('goes on past a loss that is infinite without harm, where it was told not to look', async () => {
    const odd: Loss<Logits, unknown> = {
      ...nonSaturating(),
      discriminator: (c) => ({ ...nonSaturating().discriminator(c), shown: tf.scalar(Infinity) }),
    };
    const trainer = new Trainer(planeGan({ loss: odd }));
    await expect(trainer.fit(data, { steps: 4, batchSize: 8 })).rejects.toThrow('at step 1');
    await expect(trainer.fit(data, { steps: 4, batchSize: 8 })).rejects.toThrow('at step 1');
    expect(await trainer.fit(data, { steps: 4, batchSize: 8, checkEvery: false })).toMatchObject({ reason: 'done', step: 4 });
    const store = memory();
    await trainer.save(store);
    expect(await store.read('checkpoint.safetensors')).toBeDefined();
    trainer.dispose();
  });

  it('refuses to save a weight that is not finite though the loss was', async () => {
    const trainer = new Trainer(planeGan({ optimizers: { generator: adam({ learningRate: 1e39 }) } }));
    await trainer.fit(data, { steps: 1, batchSize: 8 });
    const store = memory();
    await expect(trainer.save(store)).rejects.toThrow(/generator\/.+' holds (NaN|-?Infinity) at value 0: nothing was saved/);
    expect(await store.read('checkpoint.safetensors')).toBeUndefined();
    trainer.dispose();
  });

  it('leaks nothing when a loss throws, and can go on', async () => {
    let failing = true;
    const fragile: Loss<Logits, unknown> = {
      ...nonSaturating(),
      generator: (c) => {
        const parts = nonSaturating().generator(c as never);
        if (failing) throw new Error('a bug in the loss');
        return parts;
      },
    };
    const trainer = new Trainer(planeGan({ loss: fragile }));
    await expect(trainer.fit(data, { steps: 2, batchSize: 8 })).rejects.toThrow('a bug in the loss');
    const after = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) await expect(trainer.fit(data, { steps: 2, batchSize: 8 })).rejects.toThrow('a bug in the loss');
    expect(tf.memory().numTensors).toBe(after);
    failing = false;
    await trainer.fit(data, { steps: 2, batchSize: 8 });
    trainer.dispose();
  });

  it('moves only the weights and state of the player whose turn it is', async () => {
    const gan = imageGan({ ema: false });
    const snapshots: Record<string, string>[] = [];
    // A third party's eyes: both networks at the beginning of each turn.
    const players = gan.players.map((player): Player<Batch, never> => ({
      ...player,
      turn: (turn) => {
        const networks: LiveNetworks<Networks> = turn.networks;
        snapshots.push(
          Object.fromEntries(
            Object.entries(networks).map(([name, { trainable, state }]) => [
              name,
              [...trainable.values(), ...state.values()].map((v) => v.dataSync().join()).join(';'),
            ]),
          ),
        );
        return player.turn(turn);
      },
    }));
    const trainer = new Trainer({ ...gan, players });
    const real = images(12);
    await trainer.fit(real, { steps: 2, batchSize: 4 });
    const [beforeD, beforeG, after] = snapshots as [Record<string, string>, Record<string, string>, Record<string, string>];
    expect(beforeG['generator']).toBe(beforeD['generator']);
    expect(beforeG['discriminator']).not.toBe(beforeD['discriminator']);
    expect(after['discriminator']).toBe(beforeG['discriminator']);
    expect(after['generator']).not.toBe(beforeG['generator']);
    trainer.dispose();
    real.dispose();
  });
});

describe('losses over the first 20 steps', () => {
  it.skipIf(isNative)('agree between backends to 1e-3, with the same latents, weights and data order', async () => {
    const runs: Record<string, readonly { losses: Readonly<Record<string, number>> }[]> = {};
    for (const backend of backends) {
      await use(backend);
      const trainer = new Trainer(imageGan(), { seed: 11 });
      const real = images(30);
      const log = history();
      await trainer.fit(real, { steps: 20, batchSize: 6, callbacks: [log] });
      runs[backend] = log.rows;
      trainer.dispose();
      real.dispose();
    }
    const [cpu, wasm] = [runs['cpu'] ?? [], runs['wasm'] ?? []];
    expect(cpu).toHaveLength(20);
    for (const [index, row] of cpu.entries()) {
      for (const [term, value] of Object.entries(row.losses)) {
        if (term.endsWith('accuracy')) continue;
        expect(Math.abs(value - (wasm[index]?.losses[term] as number)), `${term} at step ${index + 1}`).toBeLessThan(1e-3);
      }
    }
  });
});

describe('the course of a run', () => {
  beforeEach(() => use('cpu'));
  const options = { steps: 30, batchSize: 4 };

  it('reports losses, accuracy and counts to callbacks', async () => {
    const log = history({ steps: 10 });
    const trainer = new Trainer(planeGan({ criticSteps: 3 }));
    await trainer.fit(data, { ...options, callbacks: [log] });
    expect(log.rows.map((row) => row.step)).toEqual([10, 20, 30]);
    expect(Object.keys(log.rows[0]?.losses ?? {}).sort()).toEqual(['discriminator/accuracy', 'discriminator/fake', 'discriminator/real', 'generator/fake']);
    expect(trainer.realSamples).toBe(30 * 3 * 4);
    trainer.dispose();
  });

  it('stops when a callback says so, when the signal aborts, and when the data end', async () => {
    const trainer = new Trainer(planeGan());
    expect(await trainer.fit(data, { ...options, callbacks: [every(4, () => 'stop')] })).toMatchObject({ reason: 'stopped', step: 4 });
    const controller = new AbortController();
    expect(await trainer.fit(data, { ...options, signal: controller.signal, callbacks: [every(6, () => controller.abort())] })).toMatchObject({
      reason: 'aborted',
      step: 6,
    });
    const once = (async function* () {
      for (let i = 0; i < 3; i++) yield tf.zeros([4, 2]);
    })();
    const before = tf.memory().numTensors;
    const fresh = new Trainer(planeGan());
    expect(await fresh.fit(once, options)).toMatchObject({ reason: 'exhausted', step: 3 });
    fresh.dispose();
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });

  it('stops early when what is monitored no longer improves', async () => {
    const values = [5, 4, 4.5, 4.2, 3];
    const trainer = new Trainer(planeGan());
    const stopper = earlyStopping({ monitor: () => values.shift() as number, steps: 1, patience: 2 });
    expect(await trainer.fit(data, { ...options, callbacks: [stopper] })).toMatchObject({ reason: 'stopped', step: 4 });
    await expect(trainer.fit(data, { ...options, callbacks: [earlyStopping({ monitor: 'generator/fak', steps: 1, patience: 1 })] })).rejects.toThrow(
      "monitors 'generator/fak', which this run does not report. It reports: discriminator/real",
    );
    trainer.dispose();
  });

  it('saves checkpoints on the way and at the end', async () => {
    const store = memory();
    const steps: number[] = [];
    const watched = { ...store, commit: async (files: ReadonlyMap<string, Uint8Array>) => (steps.push(trainer.step), store.commit(files)) };
    const trainer = new Trainer(planeGan());
    await trainer.fit(data, { ...options, callbacks: [checkpoints({ store: watched, steps: 12 })] });
    expect(steps).toEqual([12, 24, 30]);
    trainer.dispose();
  });

  it('gives timers a turn between steps', async () => {
    const trainer = new Trainer(planeGan());
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await trainer.fit(data, { steps: 100, batchSize: 4 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    trainer.dispose();
  });

  it('tells callbacks of the failure that ended the run', async () => {
    const seen: unknown[] = [];
    const watcher: Callback = { name: 'watcher', onEnd: (_, failure) => void seen.push(failure) };
    const failing: Callback = { name: 'failing', onStep: () => Promise.reject(new Error('disk full')), onEnd: () => Promise.reject(new Error('still full')) };
    const trainer = new Trainer(planeGan());
    await expect(trainer.fit(data, { ...options, callbacks: [failing, watcher] })).rejects.toThrow('disk full');
    expect(seen).toEqual([expect.objectContaining({ message: 'disk full' })]);
    trainer.dispose();
  });

  it('refuses what it cannot do, by name', async () => {
    const trainer = new Trainer(planeGan());
    await expect(trainer.fit(data, { steps: 0 })).rejects.toThrow('steps must be an integer of at least 1, got 0');
    await expect(trainer.fit(data, { steps: 1, batchSize: 0 })).rejects.toThrow('batchSize must be an integer of at least 1, got 0');
    await expect(trainer.fit(data, { steps: 1, batchsize: 4 } as never)).rejects.toThrow("unknown option 'batchsize'. Valid options: batchSize");
    expect(() => trainer.sample(0)).toThrow('the number of samples must be an integer of at least 1, got 0');
    const running = trainer.fit(data, { steps: 2 });
    await expect(trainer.fit(data, { steps: 2 })).rejects.toThrow('already fitting');
    await running;
    trainer.dispose();
    trainer.dispose();
    await expect(trainer.fit(data, { steps: 1 })).rejects.toThrow('was disposed of');
    expect(() => new Trainer(planeGan(), { seed: 0.5 })).toThrow('seed must be an integer');
  });
});

describe('a round', () => {
  beforeEach(() => use('wasm'));
  const stream = (hook: (index: number) => Promise<void> | void) => ({
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 12; i++) {
        await hook(i);
        yield tf.tensor2d([
          [Math.sin(i), 0],
          [0, Math.cos(i)],
        ]);
      }
    },
  });

  it('is saved whole, whenever one asks', async () => {
    const gan = (): ReturnType<typeof planeGan> => planeGan({ criticSteps: 2 });
    const store = memory();
    const whole = new Trainer(gan());
    let saving: Promise<void> | undefined;
    await whole.fit(
      stream(() => {
        // In the middle of drawing, and in the middle of the updates that follow.
        if (whole.step === 2) saving ??= new Promise<void>((resolve) => void setImmediate(() => setImmediate(() => void whole.save(store).then(resolve))));
      }),
      { steps: 5 },
    );
    await saving;
    const resumed = await Trainer.load(store, gan());
    expect(resumed.step).toBeGreaterThan(1);
    expect(resumed.step).toBeLessThan(5);
    await resumed.fit(
      stream(() => undefined),
      { steps: 5 },
    );
    expect(Buffer.compare(await bytesOf(resumed), await bytesOf(whole))).toBe(0);
    whole.dispose();
    resumed.dispose();
  });

  it('ends with a clear error when the trainer is disposed of in it', async () => {
    const before = tf.memory().numTensors;
    const trainer = new Trainer(planeGan());
    const running = trainer.fit(data, { steps: 50, batchSize: 4 });
    setTimeout(() => trainer.dispose(), 5);
    await expect(running).rejects.toThrow('this trainer was disposed of');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does not wait for a stream that hangs when it is aborted', async () => {
    const trainer = new Trainer(planeGan());
    const controller = new AbortController();
    let go = (): void => undefined;
    const hanging = stream((i) => {
      if (i < 2) return undefined;
      setTimeout(() => controller.abort());
      return new Promise<void>((resolve) => (go = resolve));
    });
    const running = trainer.fit(hanging, { steps: 9, signal: controller.signal });
    expect(await running).toMatchObject({ reason: 'aborted', step: 2 });
    const before = tf.memory().numTensors;
    go();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tf.memory().numTensors).toBe(before);
    trainer.dispose();
  });
});
