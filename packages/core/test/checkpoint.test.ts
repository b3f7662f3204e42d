import { adam, memory, Trainer, type Store } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { imageGan, images, planeGan, points, use } from './support.ts';

const file = 'checkpoint.safetensors';
beforeEach(() => use('wasm'));

async function trained(store: Store): Promise<Trainer> {
  const trainer = new Trainer(imageGan());
  const real = images(16);
  await trainer.fit(real, { steps: 3, batchSize: 8 });
  await trainer.save(store);
  real.dispose();
  return trainer;
}

describe('a saved generator', () => {
  it('opens in plain TensorFlow.js and gives the same samples', async () => {
    const store = memory();
    const trainer = await trained(store);
    const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(await store.read('generator/model.json'))) as {
      modelTopology: object;
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
    };
    const weightData = ((await store.read('generator/weights.bin')) as Uint8Array).slice().buffer;
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights), weightData }));
    const mine = trainer.sample(4, { seed: 2 });
    const z = (await import('@ganzoo/core')).rng(2).fork('samples').fork(0).normal([4, 4]);
    const theirs = model.predict(z) as tf.Tensor;
    expect(Math.max(...(await tf.abs(tf.sub(mine, theirs)).data()))).toBeLessThan(1e-5);
    trainer.dispose();
    model.dispose();
  });
});

describe('a checkpoint', () => {
  it("opens from a store that gives Node's own Buffers, which share their memory", async () => {
    const store = memory();
    const trainer = await trained(store);
    const read = async (name: string): Promise<Uint8Array | undefined> => {
      const bytes = await store.read(name);
      return bytes && Buffer.concat([Buffer.alloc(8), bytes]).subarray(8);
    };
    const loaded = await Trainer.load({ ...store, read }, imageGan());
    const [mine, theirs] = [trainer.sample(2), loaded.sample(2)];
    expect([...(await theirs.data())]).toEqual([...(await mine.data())]);
    tf.dispose([mine, theirs]);
    trainer.dispose();
    loaded.dispose();
  });

  it('opens in a trainer that samples the same', async () => {
    const store = memory();
    const trainer = await trained(store);
    const loaded = await Trainer.load(store, imageGan());
    expect(await loaded.sample(3).data()).toEqual(await trainer.sample(3).data());
    trainer.dispose();
    loaded.dispose();
  });

  it('is refused when it is not there, torn, overlong or of another kind, by name', async () => {
    const store = memory();
    await expect(Trainer.load(store, imageGan())).rejects.toThrow(`there is no ${file} in memory`);
    (await trained(store)).dispose();
    const bytes = (await store.read(file)) as Uint8Array;
    const before = tf.memory().numTensors;
    const load = async (changed: Uint8Array): Promise<unknown> => {
      const other = memory();
      await other.commit(new Map([[file, changed]]));
      return Trainer.load(other, imageGan());
    };
    await expect(load(bytes.slice(0, -5))).rejects.toThrow(/is not a whole checkpoint: its values should end at byte \d+, but it has \d+ bytes/);
    await expect(load(bytes.slice(0, 50))).rejects.toThrow('its header should end at byte');
    await expect(load(bytes.slice(0, 4))).rejects.toThrow('it has 4 bytes');
    await expect(load(Uint8Array.from([...bytes, 0, 0, 0, 0]))).rejects.toThrow('its values should end at byte');
    const foreign = new TextEncoder().encode('\u0002\0\0\0\0\0\0\0{}');
    await expect(load(foreign)).rejects.toThrow('it has no checksum');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of another configuration is refused with the differences', async () => {
    const store = memory();
    (await trained(store)).dispose();
    const before = tf.memory().numTensors;
    const error = (await Trainer.load(store, imageGan({ criticSteps: 2, optimizers: { generator: adam({ learningRate: 1e-3 }) } })).catch(
      (e: unknown) => e,
    )) as Error;
    expect(error.message).toContain('criticSteps: 1, 2');
    expect(error.message).toContain('players.generator.optimizer.config.learningRate: 0.0002, 0.001');
    expect(error.message).not.toContain('batchSize');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the parts of a loss that has a state', async () => {
    const counting = () =>
      planeGan({
        loss: {
          name: 'counting',
          config: {},
          state: {
            initial: () => ({ k: tf.scalar(1) }),
            next: (parts, state) => ({ k: tf.add(state['k'] as tf.Scalar, tf.mul(0, parts['generator/fake'] as tf.Scalar)).add(1) as tf.Scalar }),
          },
          discriminator: ({ real, fake, state }) => ({
            real: tf.mean<tf.Scalar>(tf.softplus(tf.neg(real.out.logits))),
            fake: tf.mean<tf.Scalar>(tf.softplus(fake.out.logits)),
            k: tf.clone(state['k'] as tf.Scalar),
          }),
          generator: ({ fake }) => ({ fake: tf.mean<tf.Scalar>(tf.softplus(tf.neg(fake.out.logits))) }),
        },
      });
    const store = memory();
    const trainer = new Trainer(counting());
    await trainer.fit(points(9), { steps: 4, batchSize: 3 });
    expect((await trainer.losses())['discriminator/k']).toBe(4);
    await trainer.save(store);
    const loaded = await Trainer.load(store, counting());
    await loaded.fit(points(9), { steps: 6, batchSize: 3 });
    expect((await loaded.losses())['discriminator/k']).toBe(6);
    trainer.dispose();
    loaded.dispose();
  });
});
