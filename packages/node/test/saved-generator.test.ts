import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineGan, discriminator, generator, nonSaturating, Trainer } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
import { folder, loadGenerator, train } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { points, smallGan } from './run-support.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-generator-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const run = join(root, 'run');
beforeAll(async () => {
  await tf.setBackend('cpu');
  const { trainer } = await train({ dir: run, gan: smallGan(), dataset: points, steps: 2, batchSize: 4, progress: false, samples: false });
  trainer.dispose();
});

const values = (tensor: tf.Tensor): number[] => {
  const numbers = [...tensor.dataSync()];
  tensor.dispose();
  return numbers;
};

describe('loadGenerator', () => {
  it.each([
    ['a run directory', ''],
    ['a folder', 'generator'],
    ['a file', 'generator/model.json'],
  ])('opens %s and samples what the trainer would, from the same latents', async (_, path) => {
    const before = tf.memory().numTensors;
    const opened = await loadGenerator(join(run, path));
    expect([opened.latentDim, opened.sampleShape, opened.path]).toEqual([2, [2], join(run, 'generator/model.json')]);
    const z = opened.latents(5, { seed: 3 });
    const samples = values(opened.generate(z));
    expect(samples).toHaveLength(10);
    expect(values(opened.sample(5, { seed: 3 }))).toEqual(samples);
    expect(values(opened.sample(5, { seed: 4 }))).not.toEqual(samples);
    z.dispose();
    opened.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('redraws latents that are larger than the truncation', async () => {
    const opened = await loadGenerator(run);
    const plain = values(opened.latents(500));
    const cut = values(opened.latents(500, { truncation: 0.7 }));
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(2);
    expect(Math.max(...cut.map(Math.abs))).toBeLessThanOrEqual(0.7);
    // Redrawn, not clipped: nothing piles up at the edge.
    expect(cut.filter((value) => Math.abs(value) > 0.699).length).toBeLessThan(10);
    expect(values(opened.latents(500, { truncation: 0.7 }))).toEqual(cut);
    expect(() => opened.latents(0)).toThrow('the number of samples must be an integer of at least 1, got 0');
    expect(() => opened.latents(3, { truncation: 0 })).toThrow('truncation must be a finite number of at least 0.01, got 0');
    const wrong = tf.zeros<tf.Rank.R2>([1, 3]);
    expect(() => opened.generate(wrong)).toThrow('latents must be [n, 2], got [1, 3]');
    wrong.dispose();
    opened.dispose();
  });

  it('draws uniform latents where the run was trained with them', async () => {
    const dir = join(root, 'uniform');
    const gan = defineGan({
      sampleShape: [2],
      generator: generator({ latentDim: 3, latents: 'uniform', network: mlp({ inputShape: [3], hidden: [4], outputShape: [2] }) }),
      discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [4], outputShape: [1] }) }),
      loss: nonSaturating(),
    });
    const { trainer } = await train({ dir, gan, dataset: points, steps: 1, batchSize: 4, progress: false, samples: false });
    trainer.dispose();
    const opened = await loadGenerator(dir);
    const drawn = values(opened.latents(300));
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(drawn.filter((value) => Math.abs(value) > 0.5).length).toBeGreaterThan(300);
    opened.dispose();
  });

  it('opens what any trainer saved', async () => {
    const trainer = new Trainer(smallGan());
    await trainer.save(folder(join(root, 'bare')));
    trainer.dispose();
    (await loadGenerator(join(root, 'bare'))).dispose();
  });

  it('says what is wrong with a file', async () => {
    await expect(loadGenerator(join(root, 'nothing'))).rejects.toThrow("nothing': expected a run directory, a folder with model.json, or such a file.");
    const broken = join(root, 'broken');
    const model = join(broken, 'generator/model.json');
    for (const [harm, message] of [
      [() => truncateSync(model, 50), /cannot be read: .*JSON/],
      [() => truncateSync(join(broken, 'generator/weights.bin'), 10), /cannot be read: its weights are 10 bytes, expected \d+/],
      [() => rmSync(join(broken, 'generator/weights.bin')), /cannot be read: ENOENT/],
      [() => writeFileSync(model, readFileSync(model, 'utf8').replaceAll('"units":8', '"units":9')), /cannot be read: /],
    ] as const) {
      cpSync(run, broken, { recursive: true });
      harm();
      await expect(loadGenerator(broken)).rejects.toThrow(message);
      rmSync(broken, { recursive: true });
    }
  });
});
