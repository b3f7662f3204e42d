import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, grid, saveGrid, savePng, scatter } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

let dir = '';
let tensors = 0;
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-pictures-'));
});
afterAll(() => rm(dir, { recursive: true }));
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

async function use<T>(tensor: tf.Tensor, run: (tensor: tf.Tensor) => Promise<T>): Promise<T> {
  try {
    return await run(tensor);
  } finally {
    tensor.dispose();
  }
}

describe('grid', () => {
  test('lays images out row by row with gaps, -1 to 0 and 1 to 255', async () => {
    const samples = tf.tensor4d([-1, 0, 1, -0.5, 0.5, 3], [3, 1, 2, 1]);
    const picture = await use(samples, (s) => grid(s, { columns: 2, gap: 1 }));
    expect(picture).toEqual({
      width: 7,
      height: 5,
      channels: 1,
      data: Uint8Array.from(
        [
          [0, 0, 0, 0, 0, 0, 0],
          [0, 0, 128, 0, 255, 64, 0],
          [0, 0, 0, 0, 0, 0, 0],
          [0, 191, 255, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, 0, 0],
        ].flat(),
      ),
    });
  });

  test('about square unless told, in colour where there are three channels', async () => {
    expect(await use(tf.zeros([10, 3, 5, 3]), (s) => grid(s))).toMatchObject({ width: 4 * 7 + 2, height: 3 * 5 + 2, channels: 3 });
    expect(await use(tf.zeros([2, 4, 4, 1]), (s) => grid(s, { columns: 8, gap: 0 }))).toMatchObject({ width: 8, height: 4 });
  });

  test('refuses other shapes and options', async () => {
    await expect(use(tf.zeros([4, 28, 28]), (s) => grid(s))).rejects.toThrow(/images \[n, height, width, 1 or 3\], got \[4, 28, 28\]/);
    await expect(use(tf.zeros([4, 8, 8, 2]), (s) => grid(s))).rejects.toThrow(/got \[4, 8, 8, 2\]/);
    await expect(use(tf.zeros([4, 8, 8, 1]), (s) => grid(s, { columns: 0 }))).rejects.toThrow(/columns/);
    await expect(use(tf.zeros([4, 8, 8, 1]), (s) => grid(s, { cols: 2 } as never))).rejects.toThrow(/unknown option 'cols'.*columns, gap/);
  });
});

describe('PNG', () => {
  test.each([1, 3] as const)('round trip with %i channels', async (channels) => {
    const data = Uint8Array.from({ length: 5 * 4 * channels }, (_, i) => (i * 37) % 256);
    const path = join(dir, 'deep', `${channels}.png`);
    await savePng(path, { width: 5, height: 4, channels, data });
    expect(decode(await readFile(path))).toMatchObject({ width: 5, height: 4, channels, depth: 8, data });
  });

  test('a saved grid holds the samples', async () => {
    const path = join(dir, 'grid.png');
    await use(tf.randomUniform([4, 6, 6, 3], -1, 1), async (samples) => {
      await saveGrid(path, samples, { gap: 0 });
      expect(decode(await readFile(path)).data).toEqual((await grid(samples, { gap: 0 })).data);
    });
  });

  test('refuses data that do not fit the size', () => {
    expect(() => encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(11) })).toThrow(/has 12 values, got 11/);
  });
});

describe('scatter', () => {
  const at = (picture: { width: number; data: Uint8Array }, x: number, y: number): number => picture.data[y * picture.width + x] as number;

  test('dots where the points are, y up, white elsewhere', async () => {
    const picture = await scatter(Float32Array.of(0.5, 0.5, -0.5, 0.25), { size: 64, extent: 1 });
    expect(picture).toMatchObject({ width: 64, height: 64, channels: 1 });
    expect(at(picture, 48, 16)).toBeLessThan(200);
    expect(at(picture, 16, 24)).toBeLessThan(200);
    expect(at(picture, 48, 48)).toBe(255);
    expect([...picture.data].filter((value) => value < 255).length).toBeLessThan(16);
  });

  test('points on each other are darker, edges are soft', async () => {
    const once = await scatter(Float32Array.of(0, 0), { size: 128, extent: 1 });
    const thrice = await scatter(Float32Array.of(0, 0, 0, 0, 0, 0), { size: 128, extent: 1 });
    expect(Math.min(...thrice.data)).toBeLessThan(Math.min(...once.data) / 2);
    expect(new Set(once.data).size).toBeGreaterThan(1);
    const large = await scatter(Float32Array.of(0.013, 0.007), { extent: 1 });
    expect(new Set(large.data).size).toBeGreaterThan(4);
  });

  test('shows everything unless told, and leaves out what is outside or not finite', async () => {
    const count = (picture: { data: Uint8Array }): number => picture.data.filter((value) => value < 255).length;
    const far = Float32Array.of(1000, -1000);
    expect(count(await scatter(far, { size: 64 }))).toBeGreaterThan(0);
    expect(count(await scatter(far, { size: 64, extent: 1 }))).toBe(0);
    expect(count(await scatter(Float32Array.of(NaN, 0, 0, Infinity), { size: 64 }))).toBe(0);
  });

  test('takes a tensor [n, 2] and nothing else', async () => {
    const values = Float32Array.of(0.1, 0.2, -0.3, 0.4);
    expect(await use(tf.tensor2d(values, [2, 2]), (points) => scatter(points, { size: 32 }))).toEqual(await scatter(values, { size: 32 }));
    await expect(use(tf.zeros([2, 3]), (points) => scatter(points))).rejects.toThrow(/points \[n, 2\], got \[2, 3\]/);
    await expect(scatter(new Float32Array(3))).rejects.toThrow(/even number/);
    await expect(scatter(values, { extent: 0 })).rejects.toThrow(/extent/);
  });
});
