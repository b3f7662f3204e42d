import { rmSync, symlinkSync, utimesSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { rng, type Dataset, type Drawn } from '@ganzoo/core';
import { datasetSuite } from '@ganzoo/core/testing';
import { imageFolder } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { firstBytes, flat, folderOf, imageOf, noise } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const seven = async (): Promise<string> =>
  folderOf(Object.fromEntries(await Promise.all(names.map(async (name, index) => [`${name}.png`, await flat(3, 2, [10 * index, 0, 255])]))));

describe('conforms', () => {
  const make = async (): Promise<Dataset> => imageFolder(await seven());
  it.each(datasetSuite({ make, sampleShape: [2, 3, 3] }))('$name', ({ run }) => run());
});

/** A single image as bytes. */
async function pixelsOf(image: Uint8Array, channels: 1 | 3 = 3): Promise<number[]> {
  return firstBytes(await imageFolder(folderOf({ 'image.png': image }), { channels }), 1);
}

describe('pixels', () => {
  const colours = Array.from({ length: 768 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);

  test('rows from the top, channels last, a byte is exactly value / 127.5 - 1', async () => {
    const bytes = Array.from({ length: 768 }, (_, i) => i % 256);
    const dataset = await imageFolder(folderOf({ 'a.png': await imageOf(bytes, 64, 3) }));
    expect(dataset).toMatchObject({ size: 1, sampleShape: [4, 64, 3], range: [-1, 1], unreadable: [] });
    for await (const { batch } of dataset.batches({ size: 1, rng: rng(0) })) {
      expect(batch.samples.shape).toEqual([1, 4, 64, 3]);
      expect(await batch.samples.data()).toEqual(Float32Array.from(bytes, (byte) => byte / 127.5 - 1));
      expect(batch.labels).toBeUndefined();
      break;
    }
  });

  test.each(['png', 'webp', 'tiff'] as const)('%s without loss', async (format) => {
    expect(await pixelsOf(await imageOf(colours, 16, 3, format))).toEqual(colours);
  });

  test.each(['jpeg', 'gif', 'avif'] as const)('%s nearly', async (format) => {
    const seen = await pixelsOf(await imageOf(Array.from({ length: 256 }, () => [200, 100, 50]).flat(), 16, 3, format));
    [200, 100, 50].forEach((value, channel) => expect(Math.abs((seen[channel] as number) - value)).toBeLessThan(6));
  });

  test('grey to three equal channels, and equal channels to the same grey', async () => {
    const greys = Array.from({ length: 256 }, (_, i) => i);
    const three = greys.flatMap((grey) => [grey, grey, grey]);
    expect(await pixelsOf(await imageOf(greys, 16, 1))).toEqual(three);
    expect(await pixelsOf(await imageOf(greys, 16, 1), 1)).toEqual(greys);
    expect(await pixelsOf(await imageOf(three, 16, 3), 1)).toEqual(greys);
    // The luminance is that of light, and not of bytes.
    expect(await pixelsOf(await flat(1, 1, [255, 0, 0]), 1)).toEqual([127]);
  });

  test('16 bits, a palette, a profile', async () => {
    const words = Uint16Array.from(colours, (byte, i) => 256 * byte + (i % 256));
    const deep = await sharp(words, { raw: { width: 16, height: 16, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect(await pixelsOf(deep)).toEqual(colours);
    const few = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? [255, 0, 0] : [0, 0, 255])).flat();
    const image = sharp(Uint8Array.from(few), { raw: { width: 4, height: 4, channels: 3 } });
    expect(await pixelsOf(await image.clone().png({ palette: true }).toBuffer())).toEqual(few);
    expect(await pixelsOf(await image.clone().withIccProfile('srgb').png().toBuffer())).toEqual(few);
    // Written in the wider colours of P3: those numbers are smaller.
    const wide = await image.clone().withIccProfile('p3').png().toBuffer();
    expect((await sharp(wide, { ignoreIcc: true }).raw().toBuffer())[0]).toBeLessThan(240);
    expect((await pixelsOf(wide))[0]).toBeGreaterThan(252);
  });

  test('transparent pixels lie on white', async () => {
    const image = await imageOf([255, 0, 0, 255, 255, 0, 0, 0, 255, 0, 0, 128, 0, 0, 0, 255], 2, 4);
    expect(await pixelsOf(image)).toEqual([255, 0, 0, 255, 255, 255, 255, 127, 127, 0, 0, 0]);
    expect(await pixelsOf(await imageOf([0, 255, 0, 0, 100, 255], 1, 2), 1)).toEqual([0, 255, 100]);
  });

  test('CMYK becomes sRGB', async () => {
    const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } });
    const image = await red.toColourspace('cmyk').jpeg().toBuffer();
    expect((await sharp(image).metadata()).space).toBe('cmyk');
    const [r, g, b] = (await pixelsOf(image)) as [number, number, number];
    expect(r).toBeGreaterThan(200);
    expect(Math.max(g, b)).toBeLessThan(60);
  });

  test.each([
    [1, [0, 50, 100, 150, 200, 250], [2, 3]],
    [3, [250, 200, 150, 100, 50, 0], [2, 3]],
    [6, [150, 0, 200, 50, 250, 100], [3, 2]],
    [8, [100, 250, 50, 200, 0, 150], [3, 2]],
  ])('turned as orientation %i says', async (orientation, expected, [height, width]) => {
    const image = sharp(Uint8Array.from([0, 50, 100, 150, 200, 250]), { raw: { width: 3, height: 2, channels: 1 } });
    const folder = folderOf({ 'a.png': await image.toColourspace('b-w').withMetadata({ orientation }).png().toBuffer() });
    const dataset = await imageFolder(folder, { channels: 1 });
    expect(dataset.sampleShape).toEqual([height, width, 1]);
    expect(await firstBytes(dataset, 1)).toEqual(expected);
  });

  test.each(['gif', 'webp'] as const)('of an animated %s the first frame', async (format) => {
    const frames = Uint8Array.from({ length: 2 * 48 }, (_, i) => (i < 48 ? 255 : 0));
    const animation = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
    const image = await animation[format]({ loop: 0, delay: [10, 10] }).toBuffer();
    expect((await sharp(image).metadata()).pages).toBe(2);
    expect(await pixelsOf(image)).toEqual(Array(48).fill(255));
  });
});

describe('which files', () => {
  test('by extension in any case, in folders too, without hidden and other files, through links', async () => {
    const image = await flat(2, 2, [1, 2, 3]);
    const files = ['a.png', 'b.PNG', 'c.jpg', 'd.JPEG', 'e.WebP', 'f.gif', 'g.tif', 'h.tiff', 'i.avif', 'deep/er/j.png'];
    const ignored = ['.hidden.png', '.git/k.png', 'notes.txt', 'png', 'l.png.bak', 'm.svg'];
    const folder = folderOf(Object.fromEntries([...files, ...ignored].map((name) => [name, image])));
    symlinkSync(folder, join(folder, 'deep/circle'));
    symlinkSync(join(folder, 'a.png'), join(folder, 'link.png'));
    expect((await imageFolder(folder)).size).toBe(files.length + 1);
    expect((await imageFolder(folder, { recursive: false })).size).toBe(files.length);
  });

  test('the name tells content: paths, sizes, times and channels', async () => {
    const [one, two] = [await flat(2, 2, [1, 2, 3]), await noise('png')];
    const folder = folderOf({ 'a.png': one, 'b.png': one });
    const at = (seconds: number): void => ['a.png', 'b.png'].forEach((file) => utimesSync(join(folder, file), seconds, seconds));
    at(1000);
    const { name } = await imageFolder(folder);
    expect(name).toMatch(/^pictures \([0-9a-f]{8}\)$/);
    expect((await imageFolder(`${folder}/`)).name).toBe(name);
    const others = [(await imageFolder(folder, { channels: 1 })).name];
    at(1001);
    others.push((await imageFolder(folder)).name);
    for (const files of [{ 'a.png': one }, { 'a.png': one, 'c.png': one }, { 'a.png': two, 'b.png': two }]) {
      const other = folderOf(files);
      for (const file of Object.keys(files)) utimesSync(join(other, file), 1000, 1000);
      others.push((await imageFolder(other)).name);
    }
    expect(new Set([name, ...others]).size).toBe(6);
  });
});

test('each pass shows each image once, in another order', async () => {
  const dataset = await imageFolder(await seven());
  const passes: number[][] = [];
  for await (const { batch, cursor } of dataset.batches({ size: 7, rng: rng(5) })) {
    const reds = (await batch.samples.data()).filter((_, i) => i % 18 === 0);
    batch.samples.dispose();
    passes.push(Array.from(reds, (red) => Math.round(((red + 1) * 127.5) / 10)));
    expect(cursor).toBe(7 * passes.length);
    if (passes.length === 3) break;
  }
  for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(new Set(passes.map(String)).size).toBe(3);
});

test('progress rises to 1', async () => {
  const fractions: number[] = [];
  await imageFolder(await seven(), { onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions).toEqual([1, 2, 3, 4, 5, 6, 7].map((done) => done / 7));
});

describe('an end to the opening', () => {
  const atOnce = 2 * availableParallelism();
  const reason = new Error('enough');
  const many = async (): Promise<string> => {
    const image = await flat(2, 2, [0]);
    return folderOf(Object.fromEntries(Array.from({ length: 2 * atOnce + 1 }, (_, i) => [`${i}.png`, image])));
  };

  test('by a signal', async () => {
    await expect(imageFolder(await many(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const control = new AbortController();
    let told = 0;
    const onProgress = (): void => {
      told++;
      control.abort(reason);
    };
    await expect(imageFolder(await many(), { signal: control.signal, onProgress })).rejects.toBe(reason);
    expect(told).toBeLessThanOrEqual(atOnce);
  });

  test('by a failure: no other image begins, and all are over when it is told', async () => {
    let told = 0;
    const onProgress = (): void => {
      if (told++ === 0) throw reason;
    };
    await expect(imageFolder(await many(), { onProgress })).rejects.toBe(reason);
    const before = told;
    expect(before).toBeLessThanOrEqual(atOnce);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told).toBe(before);
  });
});

test('an image that has gone is told at its batch, and only to who asks for it', async () => {
  const folder = await seven();
  const dataset = await imageFolder(folder);
  const open = (): AsyncIterator<Drawn> => dataset.batches({ size: 1, rng: rng(1) })[Symbol.asyncIterator]();
  const redOf = async (walk: AsyncIterator<Drawn>): Promise<number> => {
    const { samples } = ((await walk.next()).value as Drawn).batch;
    const [red] = await samples.data();
    samples.dispose();
    return Math.round(((red as number) + 1) * 127.5);
  };
  const walk = open();
  const [first, second] = [await redOf(walk), await redOf(walk)];
  await walk.return?.();

  rmSync(join(folder, `${names[second / 10]}.png`));
  for (const asks of [false, true]) {
    const walk = open();
    expect(await redOf(walk)).toBe(first);
    // Decoded ahead, and failed by now: an unhandled rejection would fail this run.
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (asks) await expect(walk.next()).rejects.toThrow(`${names[second / 10]}.png' has changed`);
    else await walk.return?.();
  }
});

test('who stops drawing does not wait for the batch that is decoded ahead', async () => {
  const dataset = await imageFolder(await seven());
  const walk = dataset.batches({ size: 400, rng: rng(1) })[Symbol.asyncIterator]();
  const began = performance.now();
  ((await walk.next()).value as Drawn).batch.samples.dispose();
  const drawn = performance.now();
  await walk.return?.();
  expect(performance.now() - drawn).toBeLessThan((drawn - began) / 2);
});
