import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { GanzooError, rng } from '@ganzoo/core';
import { imageFolder, type ImageFolder } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { flat, folderOf, noise } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** The message without the folder, whose name is another each time. */
async function messageOf(attempt: Promise<unknown>, folder = ''): Promise<string> {
  const error: unknown = await attempt.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(GanzooError);
  expect((error as GanzooError).scope).toBe('datasets/imageFolder');
  return (error as GanzooError).message.replace('[ganzoo/datasets/imageFolder] ', '').replaceAll(folder || '\0', 'FOLDER');
}

const refused = (folder: string, options?: Parameters<typeof imageFolder>[1]): Promise<string> => messageOf(imageFolder(folder, options), folder);

describe('what is no folder of images', () => {
  test('options and paths', async () => {
    expect(await messageOf(imageFolder(''))).toBe("expected the path of a folder of images, got ''.");
    expect(await messageOf(imageFolder('.', { channels: 2 as 1 }))).toBe('channels must be 1 or 3, got 2.');
    expect(await messageOf(imageFolder('.', { skipUnreadables: true } as object))).toContain(
      "unknown option 'skipUnreadables'. Valid options: cache, channels, crop,",
    );
  });

  test('none, a file, an empty one', async () => {
    const folder = folderOf({ 'a.png': 'a' });
    expect(await refused(join(folder, 'no'))).toBe("there is no folder 'FOLDER'. Pass the path of a folder of images.");
    expect(await refused(join(folder, 'a.png'))).toBe("'FOLDER' is a file; expected a folder of images. Pass the folder it is in.");
    const valid = 'Pass a folder with files that end in .png, .jpg, .jpeg, .webp, .gif, .tif, .tiff, .avif, in small or capital letters.';
    expect(await refused(folderOf({}))).toBe(`the folder 'FOLDER' is empty. ${valid}`);
  });

  test('without images it says what is there', async () => {
    const folder = folderOf({ 'a.npy': '', 'b.npy': '', 'c.bmp': '', README: '', '.x.png': '', 'in/a.png': '' });
    expect(await refused(folder, { recursive: false })).toMatch(
      /^no images in 'FOLDER'; it has files \(2 \.npy, 1 .+, 1 .+\), folders \(1, left out by recursive: false\), hidden files \(1, always left out\)\. Pass a folder with/,
    );
  });
});

describe('damaged images', () => {
  test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('a %s that is cut off, wherever', async (format) => {
    const whole = await noise(format);
    for (const share of [0, 0.03, 0.5, 0.9, 0.98]) {
      const folder = folderOf({ 'whole.png': whole, 'cut.png': whole.subarray(0, Math.floor(share * whole.length)) });
      const message = await refused(folder);
      expect(message, `${share}`).toMatch(
        /^1 of 2 images in 'FOLDER' cannot be read: 'cut\.png' \([^\n]+[^.:\n]\)\. Repair or delete them, or leave them out /,
      );
      expect(message).not.toMatch(/bad seek|\(\)/);
      const dataset = await imageFolder(folder, { skipUnreadable: true });
      expect(dataset.size).toBe(1);
      expect(dataset.unreadable).toEqual([{ file: 'cut.png', reason: expect.stringMatching(/./) as unknown }]);
    }
  });

  test('each for its own reason, though they are read at the same time', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 20; i++) {
      for (const format of ['png', 'jpeg', 'gif'] as const) {
        const whole = await noise(format, i);
        files[`${i}.${format}`] = whole.subarray(0, whole.length >> 1);
      }
    }
    const { unreadable } = await imageFolder(folderOf({ ...files, 'whole.png': await noise('png') }), { skipUnreadable: true });
    expect(unreadable).toHaveLength(60);
    const reasons = { png: /png/, jpeg: /premature end of JPEG/, gif: /GIF source data/ };
    for (const { file, reason } of unreadable) expect(reason, file).toMatch(reasons[file.split('.')[1] as keyof typeof reasons]);
  });

  test('a PNG with a flipped bit, a text, and a link to nothing', async () => {
    const whole = await noise('png');
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1] = (whole[whole.length >> 1] as number) ^ 1;
    const folder = folderOf({ 'a.png': whole, 'b.png': flipped, 'c.png': 'just text' });
    symlinkSync(join(folder, 'nothing'), join(folder, 'd.png'));
    const { unreadable } = await imageFolder(folder, { skipUnreadable: true });
    expect(unreadable.map(({ file }) => file)).toEqual(['b.png', 'c.png', 'd.png']);
    expect(unreadable[1]?.reason).toBe('Input buffer contains unsupported image format');
    expect(unreadable[2]?.reason).toContain('ENOENT');
  });

  test('names five', async () => {
    const files = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`bad/${i}.jpg`, 'text']));
    const message = await refused(folderOf({ ...files, 'good.png': await noise('png') }));
    expect(message).toMatch(/^7 of 8 images .+: 'bad\/0\.jpg' \(.+\), .+, 'bad\/4\.jpg' \(.+\) and 2 more\. Repair/);
    expect(message).not.toContain('bad/5');
    expect(await refused(folderOf(files), { skipUnreadable: true })).toMatch(/^7 of 7 images .+ Look whether they are images at all\.$/);
  });

  test('more pixels than the limit, in a small file', async () => {
    const chunk = (name: string, data: Uint8Array): Buffer => {
      const named = Buffer.concat([Buffer.from(name), data]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(data.length);
      sum.writeUInt32BE(crc32(named));
      return Buffer.concat([length, named, sum]);
    };
    // 30,000 x 30,000, 8 bits, grey.
    const header = Buffer.from([0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 0, 0, 0, 0]);
    const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
    const bomb = Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100_000))), chunk('IEND', Buffer.alloc(0))]);
    expect(await refused(folderOf({ 'bomb.png': bomb }))).toContain("'bomb.png' (Input image exceeds pixel limit)");
  });
});

test('mixed sizes: the most frequent first, with an example each', async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 3; i++) files[`z/${i}.png`] = await flat(4, 2, [i]);
  files['b.png'] = await flat(2, 4, [0]);
  expect(await refused(folderOf(files))).toBe(
    "all images must have one size, but those in 'FOLDER' have 2; width x height: 4 x 2 (3, such as 'z/0.png'), 2 x 4 (1, such as 'b.png'). Pass { size: 64 }, or another, to have them cropped and resized.",
  );
  for (let i = 5; i < 9; i++) files[`${i}.png`] = await flat(i, i, [0]);
  const message = await refused(folderOf(files));
  expect(message).toContain("have 6; width x height: 4 x 2 (3, such as 'z/0.png'), 5 x 5 (1, such as '5.png'), ");
  expect(message.match(/such as/g)).toHaveLength(5);
  expect(message).toContain('), .... Pass { size: 64 }');
});

describe('an image that changes after the folder was opened', () => {
  const messageAtBatch = async (change: (file: string) => void | Promise<void>): Promise<string> => {
    const folder = folderOf({ 'a.png': await noise('png', 1), 'b.png': await noise('png', 2) });
    const dataset: ImageFolder = await imageFolder(folder);
    await change(join(folder, 'b.png'));
    const before = tf.memory().numTensors;
    const walk = dataset.batches({ size: 2, rng: rng(0) })[Symbol.asyncIterator]();
    const message = await messageOf(walk.next(), folder);
    expect(tf.memory().numTensors).toBe(before);
    return message;
  };
  const cure = 'Leave the images alone while they are in use, or open the folder again.';

  test('gone', async () => {
    expect(await messageAtBatch((file) => rmSync(file))).toMatch(new RegExp(`^'FOLDER.b\\.png' has changed since .+: ENOENT.+\\. ${cure}$`));
  });

  test('a folder in its place', async () => {
    const message = await messageAtBatch((file) => {
      rmSync(file);
      mkdirSync(file);
    });
    expect(message).toMatch(/b\.png' has changed since .+: EISDIR/);
  });

  test('other bytes', async () => {
    expect(await messageAtBatch((file) => writeFileSync(file, 'short'))).toMatch(/b\.png' has changed since .+: it had \d+ bytes and has 5\. Leave/);
  });

  test('as many bytes, of another size or damaged', async () => {
    const whole = await noise('png', 2);
    const damaged = Buffer.from(whole).fill(0, whole.length >> 1);
    expect(await messageAtBatch((file) => writeFileSync(file, damaged))).toContain(
      "b.png' has changed since the folder was opened: it cannot be decoded any more. Leave",
    );
    const small = await flat(5, 5, [0]);
    const padded = Buffer.concat([small, Buffer.alloc(whole.length - small.length)]);
    expect(await messageAtBatch((file) => writeFileSync(file, padded))).toContain('it was 24 x 24 and is 5 x 5.');
  });
});
