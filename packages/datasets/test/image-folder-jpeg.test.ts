import { imageFolder } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { firstBytes, folderOf } from './image-folder-support.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const [width, height] = [200, 152];
const noisy = (channels: 1 | 3, seed = 0) =>
  sharp(
    Uint8Array.from({ length: width * height * channels }, (_, i) => 128 + 90 * Math.sin(i / 40 + seed) + ((Math.imul(i + seed, 2654435761) >>> 13) & 31)),
    { raw: { width, height, channels } },
  );

/** Where the markers of this kind are. */
function markersOf(jpeg: Uint8Array, kind: number): number[] {
  const found: number[] = [];
  for (let at = jpeg.indexOf(0xff); at >= 0; at = jpeg.indexOf(0xff, at + 1)) if (jpeg[at + 1] === kind) found.push(at);
  return found;
}

const segment = (marker: number, content: readonly number[]): Buffer => Buffer.from([0xff, marker, 0, content.length + 2, ...content]);

/** The end of a scan's header as phones write it, of which a decoder complains: "Invalid SOS parameters for sequential JPEG". */
function withOddScans(jpeg: Uint8Array): Buffer {
  const odd = Buffer.from(jpeg);
  for (const at of markersOf(jpeg, 0xda)) odd.fill(0, at + 5 + 2 * (odd[at + 4] as number), at + 8 + 2 * (odd[at + 4] as number));
  return odd;
}

/** A JPEG with a scan for each of three colours, of three grey ones. */
async function inThreeScans(): Promise<Buffer> {
  const plain = { quality: 80, mozjpeg: false, optimiseCoding: false } as const;
  const greys = await Promise.all([0, 1, 2].map((seed) => noisy(1, seed).toColourspace('b-w').jpeg(plain).toBuffer()));
  const [first] = greys as [Buffer, Buffer, Buffer];
  const [frame, scan] = [markersOf(first, 0xc0)[0] as number, markersOf(first, 0xda)[0] as number];
  // One component of the first frame, 1 x 1, all with the same tables, becomes three; the letters say that they are RGB.
  const colours = [82, 71, 66];
  const sides = first.subarray(frame + 5, frame + 9);
  const frameOfThree = segment(0xc0, [8, ...sides, 3, ...colours.flatMap((id) => [id, 0x11, 0])]);
  const frameEnd = frame + 2 + first.readUInt16BE(frame + 2);
  const scans = greys.flatMap((grey, index) => [segment(0xda, [1, colours[index] as number, 0, 0, 63, 0]), grey.subarray(scan + 10, -2)]);
  return Buffer.concat([first.subarray(0, frame), frameOfThree, first.subarray(frameEnd, scan), ...scans, first.subarray(-2)]);
}

const strict = (jpeg: Uint8Array): Promise<Buffer> => sharp(jpeg, { failOn: 'warning' }).raw().toBuffer();

describe.each([
  ['as they are', {}],
  ['resized', { size: 32, cache: false }],
] as const)('%s', (_, options) => {
  const pixelsOf = async (jpeg: Uint8Array): Promise<number[]> => firstBytes(await imageFolder(folderOf({ 'a.jpg': jpeg }), options), 1);

  test('headers that only this decoder minds change nothing', async () => {
    const jpeg = await noisy(3).jpeg().toBuffer();
    const pixels = await pixelsOf(jpeg);
    const odd = withOddScans(jpeg);
    await expect(strict(odd)).rejects.toThrow('Invalid SOS parameters');
    expect(await pixelsOf(odd)).toEqual(pixels);

    const version = Buffer.concat([jpeg.subarray(0, 2), segment(0xe0, [...Buffer.from('JFIF\0'), 2, 1, 0, 0, 1, 0, 1, 0, 0]), jpeg.subarray(2)]);
    await expect(strict(version)).rejects.toThrow('unknown JFIF revision');
    expect(await pixelsOf(version)).toEqual(pixels);

    const grey = await noisy(1).toColourspace('b-w').jpeg().toBuffer();
    expect(await pixelsOf(withOddScans(grey))).toEqual(await pixelsOf(grey));
  });

  test('also where each colour has a scan of its own', async () => {
    const jpeg = await inThreeScans();
    const pixels = await pixelsOf(jpeg);
    expect(new Set(pixels).size).toBeGreaterThan(20);
    await expect(strict(withOddScans(jpeg))).rejects.toThrow('Invalid SOS parameters');
    expect(await pixelsOf(withOddScans(jpeg))).toEqual(pixels);
  });

  test('what follows the end is no damage: phones put films there', async () => {
    const jpeg = await noisy(3).jpeg().toBuffer();
    expect(await pixelsOf(Buffer.concat([jpeg, Buffer.alloc(5000, 0xff)]))).toEqual(await pixelsOf(jpeg));
  });

  test.each([
    ['an ordinary one', (): Promise<Buffer> => noisy(3).jpeg().toBuffer()],
    ['one of a phone', async (): Promise<Buffer> => withOddScans(await noisy(3).jpeg().toBuffer())],
    ['a progressive one', (): Promise<Buffer> => noisy(3).jpeg({ progressive: true }).toBuffer()],
    ['one in three scans', async (): Promise<Buffer> => withOddScans(await inThreeScans())],
  ])('%s that is cut off, anywhere', async (_, make) => {
    const whole = await make();
    // Everywhere, and close to either end.
    const ends = [...Array.from({ length: 40 }, (_, i) => Math.floor((i * whole.length) / 40)), 1, 3, whole.length - 1, whole.length - 2, whole.length - 9];
    const cut = Object.fromEntries(ends.map((end) => [`${end}.jpg`, whole.subarray(0, end)]));
    const { size, unreadable } = await imageFolder(folderOf({ ...cut, 'whole.jpg': whole }), { ...options, skipUnreadable: true });
    expect(unreadable.map(({ file }) => file).sort()).toEqual(Object.keys(cut).sort());
    expect(size).toBe(1);
    for (const { reason } of unreadable) expect(reason).toMatch(/premature end|unsupported image format|Input Buffer is empty|SOI|marker|Huffman|Unsupported/i);
  });

  test('pixels that make no sense are damage, also behind an odd header', async () => {
    const damaged = async (jpeg: Buffer): Promise<Buffer> => {
      const at = jpeg.length >> 1;
      // A restart where there is none: the decoder is out of step.
      return Buffer.concat([jpeg.subarray(0, at), Buffer.from([0xff, 0xd5, 0xff, 0xc4]), jpeg.subarray(at)]);
    };
    const jpeg = await noisy(3).jpeg().toBuffer();
    const files = { 'a.jpg': await damaged(jpeg), 'b.jpg': await damaged(withOddScans(jpeg)), 'whole.jpg': jpeg };
    const { unreadable } = await imageFolder(folderOf(files), { ...options, skipUnreadable: true });
    expect(unreadable.map(({ file }) => file)).toEqual(['a.jpg', 'b.jpg']);
  });
});
