import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Dataset } from '@ganzoo/core';
import { datasetSuite } from '@ganzoo/core/testing';
import { imageFolder, type ImageFolder, type ImageFolderOptions } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, test, vi } from 'vitest';
import { firstBytes, flat, folderOf } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** So many images, told apart by their red. */
const reds = async (count: number): Promise<Record<string, Buffer>> =>
  Object.fromEntries(await Promise.all(Array.from({ length: count }, async (_, i) => [`${i}.png`, await flat(5 + i, 9, [10 * i, 0, 0])] as const)));

/** Writes a file whose time is a whole second, so that it can be set again. */
function put(folder: string, file: string, content: Uint8Array | string): void {
  writeFileSync(join(folder, file), content);
  utimesSync(join(folder, file), 1000, 1000);
}

const setUp = async (count = 5): Promise<{ folder: string; cache: string; open: (options?: ImageFolderOptions) => Promise<ImageFolder> }> => {
  const [folder, cache] = [folderOf({}), folderOf({})];
  for (const [file, image] of Object.entries(await reds(count))) put(folder, file, image);
  return { folder, cache, open: (options) => imageFolder(folder, { size: 4, cache, ...options }) };
};

/** The red of each image, in no order. */
async function redsOf(dataset: ImageFolder): Promise<number[]> {
  const bytes = await firstBytes(dataset, dataset.size);
  return bytes.filter((_, i) => i % 48 === 0).sort((a, b) => a - b);
}

/** Makes nonsense of an image behind the back of whoever goes by sizes and times. */
function spoil(folder: string, ...files: string[]): void {
  for (const file of files) {
    put(folder, file, Buffer.alloc(statSync(join(folder, file)).size, 7));
  }
}

const onlyFileIn = (folder: string): string => {
  const files = readdirSync(folder);
  expect(files).toHaveLength(1);
  return join(folder, files[0] as string);
};

describe('conforms, opened for the second time', () => {
  const make = async (): Promise<Dataset> => {
    const { open } = await setUp();
    await open({ flip: true });
    return open({ flip: true });
  };
  it.each(datasetSuite({ make, sampleShape: [4, 4, 3] }))('$name', ({ run }) => run());
});

describe('another opening', () => {
  test('decodes nothing', async () => {
    const { folder, cache, open } = await setUp();
    const first = await open();
    const seen = await firstBytes(first, 20);
    const before = statSync(onlyFileIn(cache)).mtimeMs;
    spoil(folder, ...readdirSync(folder));
    const fractions: number[] = [];
    const second = await open({ onProgress: (fraction) => fractions.push(fraction) });
    expect(second).toMatchObject({ name: first.name, size: 5, sampleShape: [4, 4, 3], unreadable: [] });
    expect(await firstBytes(second, 20)).toEqual(seen);
    expect(fractions.at(-1)).toBe(1);
    expect(statSync(onlyFileIn(cache)).mtimeMs).toBe(before);
    // Whoever keeps none sees the nonsense.
    await expect(open({ cache: false })).rejects.toThrow('5 of 5 images');
  });

  test('decodes what is new, and forgets nothing', async () => {
    const { folder, cache, open } = await setUp();
    await open();
    spoil(folder, ...readdirSync(folder));
    put(folder, '00.png', await flat(7, 7, [200, 0, 0]));
    expect(await redsOf(await open())).toEqual([0, 10, 20, 30, 40, 200]);
    spoil(folder, '00.png');
    expect(await redsOf(await open())).toEqual([0, 10, 20, 30, 40, 200]);
    rmSync(join(folder, '2.png'));
    expect(await redsOf(await open())).toEqual([0, 10, 30, 40, 200]);
    onlyFileIn(cache);
  });

  test.each([
    ['time', (path: string): void => utimesSync(path, 5, 5)],
    ['size', (path: string): void => put(dirname(path), basename(path), 'short')],
  ])('decodes what has another %s', async (_, change) => {
    const { folder, open } = await setUp();
    await open();
    spoil(folder, ...readdirSync(folder));
    change(join(folder, '3.png'));
    await expect(open()).rejects.toThrow("1 of 5 images in '");
    expect((await open({ skipUnreadable: true })).unreadable).toEqual([{ file: '3.png', reason: expect.stringContaining('unsupported') as string }]);
  });

  test('in the same order as without one, whenever images were added', async () => {
    const { folder, open } = await setUp(2);
    await open();
    for (const [file, image] of Object.entries(await reds(6))) put(folder, file, image);
    expect(await firstBytes(await open(), 12)).toEqual(await firstBytes(await open({ cache: false }), 12));
  });

  test('knows the folder by any path, and other settings apart', async () => {
    const { folder, cache, open } = await setUp();
    await open();
    symlinkSync(folder, `${folder}-link`);
    await imageFolder(`${folder}-link/`, { size: [4, 4], crop: 'center', cache });
    onlyFileIn(cache);
    const ways: ImageFolderOptions[] = [{ size: [4, 5] }, { size: [5, 4] }, { channels: 1 }, { crop: 'top' }, { crop: 'none' }];
    for (const options of ways) await open(options);
    expect(readdirSync(cache)).toHaveLength(1 + ways.length);
    await imageFolder(folderOf(await reds(1)), { size: 4, cache });
    expect(readdirSync(cache)).toHaveLength(2 + ways.length);
  });
});

describe('a cache that is not whole is made anew', () => {
  const expectCure = async (change: (path: string, whole: Buffer) => void): Promise<void> => {
    const { folder, cache, open } = await setUp(3);
    const seen = await firstBytes(await open(), 9);
    const path = onlyFileIn(cache);
    const whole = readFileSync(path);
    change(path, whole);
    expect(await firstBytes(await open(), 9)).toEqual(seen);
    // The order in it is that in which images were decoded.
    expect(readFileSync(onlyFileIn(cache))).toHaveLength(whole.length);
    spoil(folder, ...readdirSync(folder));
    expect(await firstBytes(await open(), 9)).toEqual(seen);
  };

  test('cut off, anywhere', async () => {
    for (const share of [0, 0.01, 0.3, 0.5, 0.7, 0.9, 0.99]) await expectCure((path, whole) => truncateSync(path, Math.floor(share * whole.length)));
    await expectCure((path, whole) => truncateSync(path, whole.length - 1));
  });

  test('altered, anywhere', async () => {
    for (const share of [0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.999]) {
      await expectCure((path, whole) => {
        const at = Math.floor(share * whole.length);
        whole[at] = (whole[at] as number) ^ 1;
        writeFileSync(path, whole);
      });
    }
  });

  test.each([
    ['longer', (path: string, whole: Buffer): void => writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]))],
    ['longer in front', (path: string, whole: Buffer): void => writeFileSync(path, Buffer.concat([Buffer.alloc(48), whole]))],
    ['a text', (path: string): void => writeFileSync(path, 'just text, and longer than the end of a cache')],
    ['zeros', (path: string, whole: Buffer): void => writeFileSync(path, Buffer.alloc(whole.length))],
  ])('%s', async (_, change) => expectCure(change));

  /** Changes what a cache says of itself, and its checksum, unless told. */
  const rewrite = (path: string, change: (json: string) => string, isSigned = true): void => {
    const whole = readFileSync(path);
    const length = whole.readUInt32LE(whole.length - 12);
    const [pixels, json, end] = [whole.subarray(0, -16 - length), whole.subarray(-16 - length, -16).toString(), whole.subarray(-16)];
    const changed = Buffer.from(change(json));
    expect(changed.toString()).not.toBe(json);
    if (isSigned) end.writeUInt32LE(crc32(changed), 0);
    end.writeUInt32LE(changed.length, 4);
    writeFileSync(path, Buffer.concat([pixels, changed, end]));
  };

  test('of another decoder', async () => {
    const { folder, cache, open } = await setUp();
    await open();
    rewrite(onlyFileIn(cache), (json) => json.replace(/libvips \d/, 'libvips 0'));
    spoil(folder, '3.png');
    await expect(open()).rejects.toThrow("1 of 5 images in '");
    await open({ skipUnreadable: true });
    expect(readFileSync(onlyFileIn(cache), 'latin1')).not.toContain('libvips 0');
  });

  test('with the names of two images exchanged', async () => {
    const { cache, open } = await setUp(2);
    const seen = await firstBytes(await open(), 2);
    // With what else tells them apart, but not with their pixels.
    const exchange = (json: string): string =>
      json.replace(/\["(.)\.png",(\d+),(\d+),(\d+)\],\["(.)\.png",(\d+),(\d+),(\d+)\]/, '["$5.png",$6,$7,$4],["$1.png",$2,$3,$8]');
    rewrite(onlyFileIn(cache), exchange, false);
    expect(await firstBytes(await open(), 2)).toEqual(seen);
    rewrite(onlyFileIn(cache), exchange);
    expect(await firstBytes(await open(), 2)).not.toEqual(seen);
  });

  test('what another process was writing when it was killed goes after a day, and no sooner', async () => {
    const { cache, open } = await setUp();
    await open();
    const path = onlyFileIn(cache);
    for (const [name, age] of [
      ['old', 2 * 86_400],
      ['new', 60],
    ] as const) {
      writeFileSync(`${path}.${name}`, 'half');
      const seconds = Date.now() / 1000 - age;
      utimesSync(`${path}.${name}`, seconds, seconds);
    }
    rmSync(path);
    await open();
    expect(
      readdirSync(cache)
        .map((name) => name.split('.').slice(1).join('.'))
        .sort(),
    ).toEqual(['pixels', 'pixels.new']);
  });
});

describe('openings that do not end well', () => {
  test('unreadable images are tried again, and the others kept', async () => {
    const { folder, cache, open } = await setUp();
    writeFileSync(join(folder, '7.png'), 'text');
    symlinkSync(join(folder, 'later'), join(folder, '8.png'));
    await expect(open()).rejects.toThrow('2 of 7 images');
    spoil(folder, ...Object.keys(await reds(5)));
    const dataset = await open({ skipUnreadable: true });
    expect(dataset.unreadable.map(({ file }) => file)).toEqual(['7.png', '8.png']);
    expect(await redsOf(dataset)).toEqual([0, 10, 20, 30, 40]);
    const before = statSync(onlyFileIn(cache)).mtimeMs;
    await open({ skipUnreadable: true });
    expect(statSync(onlyFileIn(cache)).mtimeMs).toBe(before);
    writeFileSync(join(folder, 'later'), await flat(2, 2, [99, 0, 0]));
    expect(await redsOf(await open({ skipUnreadable: true }))).toEqual([0, 10, 20, 30, 40, 99]);
  });

  test('an abort keeps what has been decoded', async () => {
    const { folder, cache, open } = await setUp(60);
    const control = new AbortController();
    const reason = new Error('enough');
    const onProgress = (fraction: number): void => (fraction > 0.5 ? control.abort(reason) : undefined);
    await expect(open({ signal: control.signal, onProgress })).rejects.toBe(reason);
    onlyFileIn(cache);
    spoil(folder, '0.png', '1.png');
    expect((await open()).size).toBe(60);
    await expect(open({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('a place that cannot be written to is named, with the cure', async () => {
    const { folder, cache, open } = await setUp();
    const inTheWay = join(cache, 'file');
    writeFileSync(inTheWay, '');
    await expect(open({ cache: inTheWay })).rejects.toThrow(
      /cannot keep resized images in '.+file.+\.pixels': E[A-Z]+: .+\. Pass \{ cache \} with a folder .+\{ cache: false \}/,
    );
    mkdirSync(join(cache, 'there'));
    await open({ cache: join(cache, 'there') });
    const path = onlyFileIn(join(cache, 'there'));
    rmSync(path);
    mkdirSync(path);
    await expect(open({ cache: join(cache, 'there') })).rejects.toThrow('cannot keep resized images');
    onlyFileIn(join(cache, 'there'));
    expect((await imageFolder(folder, { size: 4, cache: false })).size).toBe(5);
  });
});

test('many openings at once make one cache', async () => {
  const { cache, open } = await setUp(20);
  const datasets = await Promise.all(Array.from({ length: 6 }, () => open()));
  const expected = Array.from({ length: 20 }, (_, i) => 10 * i);
  for (const dataset of [...datasets, await open()]) expect(await redsOf(dataset)).toEqual(expected);
  onlyFileIn(cache);
});

test('unless told it is in the cache of the user, and by false nowhere', async () => {
  const { folder, cache, open } = await setUp();
  vi.stubEnv('XDG_CACHE_HOME', cache);
  try {
    await open({ cache: false });
    expect(readdirSync(cache)).toEqual([]);
    await imageFolder(folderOf(await reds(1)));
    expect(readdirSync(cache)).toEqual([]);
    await imageFolder(folder, { size: 4 });
    expect(onlyFileIn(join(cache, 'ganzoo/images'))).toMatch(/[0-9a-f]{32}\.pixels$/);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('what fits in memory needs neither the images nor the cache any more', async () => {
  for (const cached of [true, false]) {
    const { folder, cache, open } = await setUp();
    const dataset = await open(cached ? {} : { cache: false });
    for (const gone of [folder, cache]) rmSync(gone, { recursive: true });
    expect(await redsOf(dataset)).toEqual([0, 10, 20, 30, 40]);
  }
});
