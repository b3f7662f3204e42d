import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { film, filmAtEnd, savePng } from '@ganzoo/node';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeRun } from './fake-run.ts';

let dir = '';
let out = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-film-'));
  out = join(dir, 'films', 'film.webp');
});
afterEach(() => rm(dir, { recursive: true }));

/** A picture of one grey. */
async function picture(step: number, grey: number, size = 12, channels: 1 | 3 = 1): Promise<void> {
  const data = new Uint8Array(size * size * channels).fill(grey);
  await savePng(join(dir, `step-${String(step).padStart(6, '0')}.png`), { width: size, height: size, channels, data });
}

async function frames(path: string): Promise<{ greys: number[]; delay: number[] | undefined; loop: number | undefined }> {
  // Bytes: sharp keeps what it read of a path.
  const bytes = await readFile(path);
  const { pages = 1, delay, loop } = await sharp(bytes).metadata();
  const greys: number[] = [];
  for (let page = 0; page < pages; page++) greys.push((await sharp(bytes, { page }).removeAlpha().raw().toBuffer())[0] as number);
  return { greys, delay, loop };
}

test('pictures by step, the last one held', async () => {
  for (const [step, grey] of [
    [0, 10],
    [900, 60],
    [1_000_000, 160],
    [999_900, 110],
  ] as const)
    await picture(step, grey);
  await writeFile(join(dir, 'other.png'), 'no picture of this film');
  const made = await film({ dir, out, fps: 4, hold: 1.5 });
  expect(made).toEqual({ frames: 4, width: 12, height: 12, bytes: (await readFile(out)).length });
  const { greys, delay, loop } = await frames(out);
  expect(greys.map((grey) => Math.round(grey / 50))).toEqual([0, 1, 2, 3]);
  expect(delay).toEqual([250, 250, 250, 1750]);
  expect(loop).toBe(0);
  expect(await readdir(join(dir, 'films'))).toEqual(['film.webp']);
});

test('a GIF, of grey and coloured pictures', async () => {
  await picture(0, 0);
  await picture(1, 100, 12, 3);
  await picture(2, 200);
  await film({ dir, out: join(dir, 'film.gif') });
  expect(await sharp(join(dir, 'film.gif')).metadata()).toMatchObject({ format: 'gif', pages: 3 });
  const { greys, delay } = await frames(join(dir, 'film.gif'));
  expect(greys.map((grey) => Math.round(grey / 100))).toEqual([0, 1, 2]);
  expect(delay).toEqual([100, 100, 2100]);
});

test('many pictures are thinned evenly, with the first and the last', async () => {
  for (let step = 0; step < 101; step++) await picture(step, step * 2, 8);
  expect((await film({ dir, out, maxFrames: 5 })).frames).toBe(5);
  expect((await frames(out)).greys.map((grey) => Math.round(grey / 10))).toEqual([0, 5, 10, 15, 20]);
  expect((await film({ dir, out, maxFrames: 1 })).frames).toBe(1);
  expect((await frames(out)).greys[0]).toBeCloseTo(200, -1);
});

test('says what is wrong with the pictures, and leaves the film that is there', async () => {
  await expect(film({ dir, out })).rejects.toThrow(/\[ganzoo\/node\/film\] there are no pictures in .*step-000100\.png/);
  await expect(film({ dir: join(dir, 'nowhere'), out })).rejects.toThrow(/no pictures/);
  await picture(0, 0);
  await picture(1, 90);
  await film({ dir, out });
  const before = await readFile(out);
  await picture(2, 0, 14);
  await expect(film({ dir, out })).rejects.toThrow(/of one size, but .*step-000000\.png has 12 x 12 pixels and .*step-000002\.png has 14 x 14/);
  await picture(2, 0);
  const whole = await sharp({ create: { width: 12, height: 12, channels: 3, background: '#123', noise: { type: 'gaussian', mean: 128, sigma: 50 } } })
    .png()
    .toBuffer();
  await writeFile(join(dir, 'step-000001.png'), whole.subarray(0, whole.length / 2));
  await expect(film({ dir, out })).rejects.toThrow(/cannot read the picture .*step-000001\.png: .*Remove it/);
  await writeFile(join(dir, 'step-000001.png'), 'text');
  await expect(film({ dir, out })).rejects.toThrow(/cannot read the picture .*step-000001\.png/);
  expect(await readFile(out)).toEqual(before);
});

test('says where the film cannot be written', async () => {
  await picture(0, 0);
  await mkdir(join(dir, 'taken.webp'));
  await expect(film({ dir, out: join(dir, 'taken.webp') })).rejects.toThrow(/cannot write/);
});

test('refuses bad options', async () => {
  await expect(film({ dir: '', out })).rejects.toThrow(/dir must be/);
  await expect(film({ dir, out: 'film.mp4' })).rejects.toThrow(/ends in \.webp or \.gif.*got "film\.mp4"/);
  await expect(film({ dir, out, fps: 60 })).rejects.toThrow(/fps must be a finite number in \[0\.1, 50\]/);
  await expect(film({ dir, out, hold: -1 })).rejects.toThrow(/hold/);
  await expect(film({ dir, out, maxFrames: 0 })).rejects.toThrow(/maxFrames/);
  await expect(film({ dir, out, frames: 1 } as never)).rejects.toThrow(/unknown option 'frames'/);
  expect(() => filmAtEnd({ dir, out: 'film' })).toThrow(/out must name/);
});

test('as a callback it is made at the end, not after an error', async () => {
  await picture(0, 0);
  const callback = filmAtEnd({ dir, out });
  await callback.onEnd?.(fakeRun(), new Error('generator/fake is NaN'));
  expect(await readdir(dir)).toEqual(['step-000000.png']);
  await callback.onEnd?.(fakeRun());
  expect(await readdir(join(dir, 'films'))).toEqual(['film.webp']);
});
