import { BackendError, checkpoints, every, memory, nonSaturating, Trainer, type Callback, type Logits, type Loss } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { planeGan, points, use } from './support.ts';

beforeEach(() => use('cpu'));
afterEach(() => {
  vi.restoreAllMocks();
});

const data = points(8);
const oom = 'OOM when allocating tensor with shape[64,512] and type float on /device:GPU:0 by allocator GPU_0_bfc';
const native = (status: number, message: string): Error => new Error(`Invalid TF_Status: ${status}\nMessage: ${message}`);

/** Throws once from the middle of the generator's turn of that step. */
function failingAt(step: number, error: unknown): Loss<Logits, unknown> {
  let turns = 0;
  return {
    ...nonSaturating(),
    generator: (context) => {
      if (++turns === step) throw error;
      return nonSaturating().generator(context as never);
    },
  };
}

/** What a run of six steps with a checkpoint every two ends with, what its callbacks are told, and where its checkpoint stands. */
async function failureOf(
  loss: Loss<Logits, unknown> = nonSaturating(),
  more: readonly Callback[] = [],
): Promise<{ failure: unknown; told: unknown[]; saved: number }> {
  const store = memory();
  const told: unknown[] = [];
  const watcher = { name: 'watcher', onEnd: (_: unknown, failure: unknown) => void told.push(failure) };
  const trainer = new Trainer(planeGan({ loss }), { seed: 3 });
  const callbacks = [watcher, checkpoints({ store, steps: 2 }), ...more, watcher];
  const failure = await trainer.fit(data, { steps: 6, batchSize: 4, callbacks }).catch((error: unknown) => error);
  vi.restoreAllMocks();
  trainer.dispose();
  const loaded = await Trainer.load(store, planeGan());
  const saved = loaded.step;
  loaded.dispose();
  return { failure, told, saved };
}

it('an op that finds no memory: the backend, what it said, the step and the cure', async () => {
  const { failure, told, saved } = await failureOf(failingAt(5, native(8, oom)));
  expect(failure).toBeInstanceOf(BackendError);
  expect(failure).toMatchObject({ backend: tf.getBackend(), step: 5, cause: native(8, oom) });
  expect((failure as Error).message).toMatch(
    /^\[ganzoo\/core\/trainer\] the backend '\w+' failed at step 5: OOM when allocating tensor .* GPU_0_bfc\. .*Trainer\.load\(store, gan\).*batchSize.*nvidia-smi/,
  );
  expect(told).toEqual([failure, failure]);
  expect(saved).toBe(4);
});

it('a trap in WASM', async () => {
  const { failure } = await failureOf(failingAt(3, new WebAssembly.RuntimeError('memory access out of bounds')));
  expect(failure).toMatchObject({ name: 'GanzooError', step: 3, message: expect.stringContaining('failed at step 3: memory access out of bounds. ') });
});

it('a backend that computes nothing any more, whatever it says', async () => {
  const dies = every(3, () => {
    vi.spyOn(tf.backend(), 'write').mockImplementation(() => {
      throw new Error('the driver is gone.');
    });
  });
  const { failure, told, saved } = await failureOf(undefined, [dies]);
  expect(failure).toMatchObject({ backend: tf.getBackend(), step: 4, message: expect.stringContaining('failed at step 4: the driver is gone. The') });
  expect(told).toEqual([failure, failure]);
  expect(saved).toBe(2);
});

it('a device that is lost, which only a reading shows: no checkpoint takes its values', async () => {
  const dies = every(3, () => void vi.spyOn(tf.backend(), 'read').mockRejectedValue(new DOMException('', 'AbortError')));
  const { failure, saved } = await failureOf(undefined, [dies]);
  expect(failure).toMatchObject({ step: 4, message: expect.stringContaining('failed at step 4: AbortError. ') });
  expect(saved).toBe(2);
});

it.each([
  ['a bug in a loss', new TypeError('x is not a function')],
  ['an op asked for what cannot be', native(3, 'Dimension 1 in both shapes must be equal')],
  ['what is no error', 'thrown'],
])('%s stays what it is', async (_, error) => {
  const { failure, told } = await failureOf(failingAt(3, error));
  expect(failure).toBe(error);
  expect(told).toEqual([error, error]);
});

it('goes on from the last checkpoint as if nothing had been', async () => {
  const store = memory();
  const options = { steps: 6, batchSize: 4 };
  const whole = new Trainer(planeGan(), { seed: 3 });
  await whole.fit(data, options);
  const broken = new Trainer(planeGan({ loss: failingAt(4, native(13, 'CUDA_ERROR_LAUNCH_FAILED')) }), { seed: 3 });
  await expect(broken.fit(data, { ...options, callbacks: [checkpoints({ store, steps: 2 })] })).rejects.toThrow(BackendError);
  const again = await Trainer.load(store, planeGan());
  expect(again.step).toBe(2);
  await again.fit(data, options);
  expect(await again.losses()).toEqual(await whole.losses());
  for (const trainer of [whole, broken, again]) trainer.dispose();
});
