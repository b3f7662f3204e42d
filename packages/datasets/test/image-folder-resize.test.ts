import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { rng, type Dataset, type Json } from '@ganzoo/core';
import { datasetSuite } from '@ganzoo/core/testing';
import { imageFolder, type ImageFolderOptions } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { firstBytes, flat, folderOf, imageOf, noise } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** An image of that size whose colours a function of the place in it, in [0, 1), gives. */
function painted(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Uint8Array {
  const channels = colour(0, 0).length;
  const values = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) values.set(colour(x / width, y / height), (y * width + x) * channels);
  return values;
}

const encoded = (width: number, height: number, colour: (x: number, y: number) => readonly number[], format: 'png' | 'jpeg' | 'webp' = 'png') =>
  imageOf(painted(width, height, colour), width, colour(0, 0).length as 1 | 2 | 3 | 4, format);

/** One image of one format, resized, in rows of pixels of channels. */
async function resized(image: Uint8Array, options: ImageFolderOptions): Promise<number[][][]> {
  const dataset = await imageFolder(folderOf({ 'image.png': image }), { cache: false, ...options });
  const [height, width, channels] = dataset.sampleShape as [number, number, number];
  const bytes = await firstBytes(dataset, 1);
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => bytes.slice((row * width + column) * channels, (row * width + column + 1) * channels)),
  );
}

const mixed = async (): Promise<string> =>
  folderOf({
    'a.png': await noise('png'),
    'b.jpg': await encoded(90, 40, (x, y) => [255 * x, 255 * y, 0], 'jpeg'),
    'c.webp': await encoded(40, 90, (x, y) => [255 * x, 255 * y, 0], 'webp'),
    'd.png': await flat(1, 1, [9, 9, 9]),
    'e.png': await flat(3, 500, [200, 100, 0]),
    'f.png': await imageOf([10, 20, 30, 40], 2, 1),
  });

describe.each([
  ['from memory', { size: [12, 20], cache: false, flip: true }],
  ['as they are, mirrored', { flip: true }],
] as const)('%s conforms', (_, options) => {
  const make = async (): Promise<Dataset> =>
    imageFolder(
      'size' in options ? await mixed() : folderOf({ 'a.png': await noise('png', 1), 'b.png': await noise('png', 2), 'c.png': await noise('png', 3) }),
      options,
    );
  it.each(datasetSuite({ make, sampleShape: 'size' in options ? [12, 20, 3] : [24, 24, 3] }))('$name', ({ run }) => run());
});

test('mixed sizes and formats become one', async () => {
  const folder = await mixed();
  expect(await imageFolder(folder, { size: 16, cache: false })).toMatchObject({ size: 6, sampleShape: [16, 16, 3], range: [-1, 1] });
  expect((await imageFolder(folder, { size: [8, 24], channels: 1, cache: false })).sampleShape).toEqual([8, 24, 1]);
});

describe('what is left', () => {
  // Red tells the column, green the row; blue is everywhere.
  const wide = encoded(120, 40, (x, y) => [255 * x, 255 * y, 99]);
  const tall = encoded(40, 120, (x, y) => [255 * x, 255 * y, 99]);
  const corners = (rows: number[][][], channel: number): number[] => [rows[0]?.[0]?.[channel] ?? NaN, rows.at(-1)?.at(-1)?.[channel] ?? NaN];

  /** Least and greatest of a channel, within what the pixels' own width makes uncertain. */
  const expectSpan = (rows: number[][][], channel: number, [from, to]: readonly [number, number]): void => {
    const [least, greatest] = corners(rows, channel) as [number, number];
    expect(Math.abs(least - 255 * from)).toBeLessThan(12);
    expect(Math.abs(greatest - 255 * to)).toBeLessThan(12);
  };

  test.each([
    ['center', 'wide', [1 / 3, 2 / 3], [0, 1]],
    ['top', 'wide', [1 / 3, 2 / 3], [0, 1]],
    ['none', 'wide', [0, 1], [0, 1]],
    ['center', 'tall', [0, 1], [1 / 3, 2 / 3]],
    ['top', 'tall', [0, 1], [0, 1 / 3]],
    ['none', 'tall', [0, 1], [0, 1]],
  ] as const)('%s of a %s one', async (crop, which, columns, rows) => {
    const pixels = await resized(await (which === 'wide' ? wide : tall), { size: 20, crop });
    expect([pixels.length, pixels[0]?.length]).toEqual([20, 20]);
    expectSpan(pixels, 0, columns);
    expectSpan(pixels, 1, rows);
    for (const row of pixels) for (const pixel of row) expect(Math.abs((pixel[2] as number) - 99)).toBeLessThan(2);
  });

  test('of one turned by its EXIF orientation, what is shown in the middle', async () => {
    const image = await sharp(await wide)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .toBuffer();
    // Turned to the right: columns become rows.
    const pixels = await resized(image, { size: [20, 30] });
    expectSpan(pixels, 0, [0.5 - 1 / 9, 0.5 + 1 / 9]);
    const [upperLeft, lowerRight] = corners(pixels, 1) as [number, number];
    expect(upperLeft).toBeGreaterThan(235);
    expect(lowerRight).toBeLessThan(20);
  });

  test.each(['center', 'top'] as const)('%s of one far longer than that', async (crop) => {
    const long = await encoded(4, 400, (_, y) => [y < 0.05 ? 255 : 0, y > 0.45 && y < 0.55 ? 255 : 0, 77]);
    for (const pixel of (await resized(long, { size: 8, crop })).flat()) expect(pixel).toEqual(crop === 'top' ? [255, 0, 77] : [0, 255, 77]);
  });

  test('of one smaller than that, enlarged', async () => {
    const pixels = await resized(await encoded(5, 5, (x) => [x < 0.5 ? 0 : 255, 0, 0]), { size: 20 });
    expectSpan(pixels, 0, [0, 1]);
    expect((await resized(await flat(1, 1, [1, 2, 3]), { size: 4 })).flat()).toEqual(Array(16).fill([1, 2, 3]));
  });
});

describe('pixels', () => {
  // Stripes as fine as can be: picking some instead of filtering all shows black or white.
  test.each(['png', 'jpeg', 'webp'] as const)('shrink by a filter: %s', async (format) => {
    const stripes = await encoded(640, 480, (x) => Array(3).fill(Math.round(x * 640) % 2 === 0 ? 0 : 255), format);
    for (const size of [33, 64, 100]) {
      const pixels = (await resized(stripes, { size })).slice(3, -3).flatMap((row) => row.slice(3, -3));
      for (const [red] of pixels as [number][]) expect(Math.abs(red - 127.5)).toBeLessThan(4);
    }
  });

  test('lie on the same places, however a JPEG is reduced first', async () => {
    const smooth = (x: number, y: number): number[] => [128 + 100 * Math.sin(6 * x), 128 + 100 * Math.cos(5 * y), 128];
    const exact = (await resized(await encoded(1200, 900, smooth), { size: 32 })).flat(2);
    const reduced = (
      await resized(
        await sharp(painted(1200, 900, smooth), { raw: { width: 1200, height: 900, channels: 3 } })
          .jpeg({ quality: 95 })
          .toBuffer(),
        { size: 32 },
      )
    ).flat(2);
    expect(Math.max(...exact.map((value, index) => Math.abs(value - (reduced[index] as number))))).toBeLessThanOrEqual(3);
  });

  test('that are transparent give white, and nothing of their hidden colour', async () => {
    const half = await encoded(64, 64, (x) => (x < 0.5 ? [255, 0, 0, 255] : [0, 0, 255, 0]));
    const pixels = (await resized(half, { size: 8 })).flat();
    // From red to white, blue never exceeds red.
    for (const [red, green, blue] of pixels as [number, number, number][]) {
      expect(red).toBeGreaterThan(250);
      expect(Math.abs(green - blue)).toBeLessThan(2);
    }
  });

  test.each([
    [
      'CMYK',
      async () =>
        sharp({ create: { width: 50, height: 20, channels: 3, background: '#f00' } })
          .toColourspace('cmyk')
          .jpeg()
          .toBuffer(),
      [200, 60],
    ],
    [
      'of 16 bits',
      async () =>
        sharp({ create: { width: 50, height: 20, channels: 3, background: '#f00' } })
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      [254, 1],
    ],
    [
      'in a wide profile',
      async () =>
        sharp({ create: { width: 50, height: 20, channels: 3, background: '#f00' } })
          .withIccProfile('p3')
          .png()
          .toBuffer(),
      [252, 3],
    ],
  ] as const)('%s are those shown', async (_, make, [red, rest]) => {
    for (const size of [8, 30]) {
      for (const pixel of (await resized(await make(), { size })).flat()) {
        expect(pixel[0]).toBeGreaterThanOrEqual(red);
        expect(Math.max(pixel[1] as number, pixel[2] as number)).toBeLessThanOrEqual(rest);
      }
    }
  });

  test('of a palette, grey, grey and alpha, and an animation', async () => {
    const red = { create: { width: 20, height: 30, channels: 3, background: '#f00' } } as const;
    const palette = await sharp(red).png({ palette: true }).toBuffer();
    expect(new Set((await resized(palette, { size: 6 })).flat(2))).toEqual(new Set([255, 0]));
    const grey = await imageOf(Array<number>(600).fill(77), 20, 1);
    expect(new Set((await resized(grey, { size: 6 })).flat(2))).toEqual(new Set([77]));
    expect(new Set((await resized(grey, { size: 6, channels: 1 })).flat(2))).toEqual(new Set([77]));
    const clear = await imageOf(
      Array.from({ length: 1200 }, (_, i) => (i % 2 === 0 ? 77 : 0)),
      20,
      2,
    );
    expect(new Set((await resized(clear, { size: 6, channels: 1 })).flat(2))).toEqual(new Set([255]));
    const frames = Uint8Array.from({ length: 2 * 48 }, (_, i) => (i < 48 ? 255 : 0));
    for (const format of ['gif', 'webp'] as const) {
      const animation = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
      const image = await animation[format]({ loop: 0, delay: [10, 10] }).toBuffer();
      expect(new Set((await resized(image, { size: 2 })).flat(2))).toEqual(new Set([255]));
    }
  });
});

test.each([
  ['center', 300, 900],
  ['top', 300, 900],
  ['none', 300, 900],
  ['top', 20, 900],
] as const)('what is missing is found, though cropped away: %s of %i x %i', async (crop, width, height) => {
  const values = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const image = sharp(values, { raw: { width, height, channels: 3 } });
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
    const whole = await image.clone()[format]({ quality: 90 }).toBuffer();
    const cut = Object.fromEntries([0.1, 0.5, 0.9, 0.97].map((share) => [`${share}.png`, whole.subarray(0, Math.floor(share * whole.length))]));
    const { unreadable } = await imageFolder(folderOf({ ...cut, 'whole.png': whole }), { size: 16, crop, cache: false, skipUnreadable: true });
    expect(
      unreadable.map(({ file }) => file),
      format,
    ).toEqual(Object.keys(cut).sort());
  }
});

describe('flip', () => {
  const row = [
    [1, 2, 3],
    [0, 0, 0],
    [9, 8, 7],
    [60, 70, 80],
    [5, 5, 6],
  ];
  const other = row.map((pixel) => pixel.map((value) => 255 - value));
  const original = [...row, ...other].flat();
  const mirrored = [...row.toReversed(), ...other.toReversed()].flat();
  const left = (): Promise<Buffer> => imageOf(original, 5, 3);

  test('exchanges left and right of half of the samples, each time anew', async () => {
    const dataset = await imageFolder(folderOf({ 'a.png': await left() }), { flip: true });
    let [flipped, batches] = [0, 0];
    const kinds = new Set<string>();
    for await (const { batch } of dataset.batches({ size: 50, rng: rng(3) })) {
      const bytes = Array.from(await batch.samples.data(), (value) => Math.round((value + 1) * 127.5));
      batch.samples.dispose();
      const samples = Array.from({ length: 50 }, (_, i) => bytes.slice(30 * i, 30 * (i + 1)));
      for (const sample of samples) expect([original, mirrored]).toContainEqual(sample);
      const coins = samples.map((sample) => Number(sample[0] === 5));
      kinds.add(coins.join(''));
      flipped += coins.reduce((sum, coin) => sum + coin, 0);
      if (++batches === 20) break;
    }
    expect(kinds.size).toBe(20);
    // Five deviations around half of 1,000.
    expect(Math.abs(flipped - 500)).toBeLessThan(80);
  });

  test('goes on the same from a cursor, and not without being asked', async () => {
    const folder = folderOf({ 'a.png': await left(), 'b.png': await left() });
    const dataset = await imageFolder(folder, { flip: true });
    const walk = async (cursor?: Json): Promise<string[]> => {
      const seen: string[] = [];
      for await (const drawn of dataset.batches({ size: 7, rng: rng(3), ...(cursor !== undefined && { cursor }) })) {
        seen.push((await drawn.batch.samples.data()).join());
        drawn.batch.samples.dispose();
        if (seen.length === 4) return seen;
      }
      return seen;
    };
    const whole = await walk();
    expect(await walk(14)).toEqual([...whole.slice(2), expect.anything(), expect.anything()]);
    const plain = await imageFolder(folder);
    expect(await firstBytes(plain, 40)).toEqual(Array.from({ length: 40 }, () => original).flat());
  });
});

test('the name tells what is done to images', async () => {
  const folder = folderOf({ 'a.png': await noise('png') });
  utimesSync(join(folder, 'a.png'), 1000, 1000);
  const ways: ImageFolderOptions[] = [
    {},
    { flip: true },
    { size: 24 },
    { size: [24, 23] },
    { size: 24, crop: 'top' },
    { size: 24, crop: 'none' },
    { size: 24, channels: 1 },
  ];
  const names = await Promise.all(ways.map(async (options) => (await imageFolder(folder, options.size ? { ...options, cache: false } : options)).name));
  expect(new Set(names).size).toBe(ways.length);
  expect((await imageFolder(folder, { size: [24, 24], crop: 'center', cache: false })).name).toBe(names[2]);
});

test.each([
  [{ size: 0 }, 'size must be an integer in [1, 4096], or two of them, [height, width], got 0.'],
  [{ size: 2.5 }, 'got 2.5.'],
  [{ size: 5000 }, 'in [1, 4096]'],
  [{ size: '64' }, 'got "64".'],
  [{ size: [64] }, 'got [64].'],
  [{ size: [1, 2, 3] }, 'got [1,2,3].'],
  [{ size: null }, 'got null.'],
  [{ size: 8, crop: 'middle' }, "crop must be one of 'center', 'top', 'none', got 'middle'."],
  [{ crop: 'top' }, 'crop is for images that are resized: give { size } too.'],
  [{ cache: '/x' }, 'cache is for images that are resized: give { size } too.'],
  [{ size: 8, cache: true }, "cache must be the path of a folder, or false, got 'true'."],
  [{ size: 8, cache: '' }, "cache must be the path of a folder, or false, got ''."],
  [{ flip: 'yes' }, "flip must be true or false, got 'yes'."],
])('%o is refused', async (options, message) => {
  await expect(imageFolder(folderOf({ 'a.png': await noise('png') }), options as ImageFolderOptions)).rejects.toThrow(message);
});
