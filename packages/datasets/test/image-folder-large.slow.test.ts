import { spawn } from 'node:child_process';
import { openSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { rng, type Drawn } from '@ganzoo/core';
import { imageFolder, type ImageFolder } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { flat, folderOf } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** Bytes of an image's pixels: ten images do not fit into the 256 MiB that are held in memory. */
const side = 3072;
const count = 10;
const sizeInBytes = 3 * side * side;

async function tenImages(): Promise<string> {
  const folder = folderOf(
    Object.fromEntries(await Promise.all(Array.from({ length: count }, async (_, i) => [`${i}.png`, await flat(1, 1, [20 * i, 0, 0])] as const))),
  );
  for (const file of readdirSync(folder)) utimesSync(join(folder, file), 1000, 1000);
  return folder;
}

/** The red of each image of a pass, in no order. A batch of one holds one image in memory. */
async function redsOf(dataset: ImageFolder, onDrawn?: (index: number) => void): Promise<number[]> {
  const reds: number[] = [];
  const walk = dataset.batches({ size: 1, rng: rng(1) })[Symbol.asyncIterator]();
  while (reds.length < dataset.size) {
    const { samples } = ((await walk.next()).value as Drawn).batch;
    const pixel = tf.tidy(() => samples.slice([0, side - 1, side - 1, 0], [1, 1, 1, 1]));
    reds.push(Math.round((((await pixel.data())[0] as number) + 1) * 127.5));
    tf.dispose([samples, pixel]);
    onDrawn?.(reds.length);
  }
  await walk.return?.();
  return reds.sort((a, b) => a - b);
}

const all = Array.from({ length: count }, (_, i) => 20 * i);

/** As many bytes, of the same time, that are no image. */
function spoil(folder: string): void {
  for (const file of readdirSync(folder)) {
    writeFileSync(join(folder, file), Buffer.alloc(statSync(join(folder, file)).size, 7));
    utimesSync(join(folder, file), 1000, 1000);
  }
}

const onlyFileIn = (cache: string): string => {
  expect(readdirSync(cache)).toHaveLength(1);
  return join(cache, readdirSync(cache)[0] as string);
};

describe('more pixels than are held in memory', () => {
  test('are read from the cache, also while it goes', async () => {
    const [folder, cache] = [await tenImages(), folderOf({})];
    expect(await redsOf(await imageFolder(folder, { size: side, cache }))).toEqual(all);
    expect(statSync(onlyFileIn(cache)).size).toBeGreaterThan(count * sizeInBytes);
    const made = statSync(onlyFileIn(cache)).mtimeMs;
    spoil(folder);
    const dataset = await imageFolder(folder, { size: side, cache });
    expect(await redsOf(dataset)).toEqual(all);
    expect(statSync(onlyFileIn(cache)).mtimeMs).toBe(made);
    for (let i = 2; i < count; i++) rmSync(join(folder, `${i}.png`));
    expect(await redsOf(await imageFolder(folder, { size: side, cache }))).toEqual([0, 20]);
    expect(await redsOf(dataset, (index) => index === 3 && rmSync(cache, { recursive: true }))).toEqual(all);
    await expect(redsOf(dataset)).rejects.toThrow(/has changed since the folder was opened/);
  });

  test('of which some are damaged in the cache are decoded again, and put there with the next image', async () => {
    const [folder, cache] = [await tenImages(), folderOf({})];
    const dataset = await imageFolder(folder, { size: side, cache });
    const file = openSync(onlyFileIn(cache), 'r+');
    // The pixel that is looked at.
    for (const image of [2, 7]) writeSync(file, Buffer.from([1, 2, 3]), 0, 3, (image + 1) * sizeInBytes - 3);
    expect(await redsOf(dataset)).toEqual(all);
    expect(await redsOf(await imageFolder(folder, { size: side, cache }))).toEqual(all);
    writeFileSync(join(folder, '99.png'), await flat(1, 1, [250, 0, 0]));
    const more = await imageFolder(folder, { size: side, cache });
    expect(more.size).toBe(count + 1);
    rmSync(join(folder, '99.png'));
    spoil(folder);
    expect(await redsOf(await imageFolder(folder, { size: side, cache }))).toEqual(all);
  });

  test('are decoded anew at each batch where there is no cache, or it is gone', async () => {
    const [folder, cache] = [await tenImages(), folderOf({})];
    expect(await redsOf(await imageFolder(folder, { size: side, cache: false }))).toEqual(all);
    const dataset = await imageFolder(folder, { size: side, cache });
    rmSync(onlyFileIn(cache));
    expect(await redsOf(dataset)).toEqual(all);
  });
});

test('processes that open a folder at once do not get in each other’s way, also where one is killed', async () => {
  const [folder, cache] = [
    folderOf(
      Object.fromEntries(await Promise.all(Array.from({ length: 400 }, async (_, i) => [`${i}.png`, await flat(20, 20 + (i % 7), [i % 256, 0, 0])] as const))),
    ),
    folderOf({}),
  ];
  const program = `
    import { rng } from '@ganzoo/core';
    import { imageFolder } from '@ganzoo/datasets/node';
    const dataset = await imageFolder(${JSON.stringify(folder)}, { size: 32, cache: ${JSON.stringify(cache)}, onProgress: (f) => f > 0.5 && console.log('HALF') });
    for await (const { batch } of dataset.batches({ size: 400, rng: rng(0) })) {
      const reds = (await batch.samples.data()).filter((_, i) => i % 3072 === 0);
      console.log('SUM' + Math.round(reds.reduce((sum, red) => sum + (red + 1) * 127.5, 0)));
      break;
    }
  `;
  const conditions = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  const start = (isKilled: boolean): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [...conditions, '--import', 'tsx', '--input-type=module', '--eval', program], { cwd: import.meta.dirname });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data: Buffer) => {
          said += data.toString();
          if (isKilled && said.includes('HALF')) child.kill('SIGKILL');
        });
      }
      child.on('close', (code, signal) => resolve(`${code ?? signal} ${/SUM\d+/.exec(said)?.[0] ?? said}`));
    });
  const sum = Array.from({ length: 400 }, (_, i) => i % 256).reduce((total, red) => total + red, 0);
  const ends = await Promise.all([start(false), start(true), start(false), start(false)]);
  expect(ends).toEqual([`0 SUM${sum}`, expect.stringMatching(/^SIGKILL/), `0 SUM${sum}`, `0 SUM${sum}`]);
  const caches = readdirSync(cache).filter((name) => name.endsWith('.pixels'));
  expect(caches).toHaveLength(1);
  // What the killed one had begun is in nobody's way.
  expect(await start(false)).toBe(`0 SUM${sum}`);
});
