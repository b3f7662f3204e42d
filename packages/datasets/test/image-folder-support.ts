import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rng, type Dataset } from '@ganzoo/core';
import sharp from 'sharp';
import { afterAll } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-images-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

/** A folder with these files, by their paths in it. */
export function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = join(root, String(folders++), 'pictures');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

type Format = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif';

/** An image of these bytes, rows from the top, channels last: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
export function imageOf(values: ArrayLike<number>, width: number, channels: 1 | 2 | 3 | 4, format: Format = 'png'): Promise<Buffer> {
  const image = sharp(Uint8Array.from(values), { raw: { width, height: values.length / width / channels, channels } });
  return (channels < 3 ? image.toColourspace('b-w') : image)[format]({ lossless: true, compression: format === 'tiff' ? 'lzw' : 'av1' } as object).toBuffer();
}

/** RGB noise of 24 x 24 pixels: compressed files are long enough to cut. */
export function noise(format: Format, seed = 1): Promise<Buffer> {
  const values = Uint8Array.from({ length: 24 * 24 * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 13);
  const image = sharp(values, { raw: { width: 24, height: 24, channels: 3 } });
  return image[format]().toBuffer();
}

/** A flat PNG; the values are those of its channels. */
export function flat(width: number, height: number, value: readonly number[]): Promise<Buffer> {
  return imageOf(Array.from({ length: width * height }, () => value).flat(), width, value.length as 1 | 3);
}

/** The next so many samples as bytes, and their labels. */
export async function firstBatch(dataset: Dataset, size: number): Promise<{ bytes: number[]; labels: number[] | undefined }> {
  for await (const { batch } of dataset.batches({ size, rng: rng(1) })) {
    const bytes = Array.from(await batch.samples.data(), (value) => Math.round((value + 1) * 127.5));
    const labels = batch.labels && Array.from(await batch.labels.data());
    batch.samples.dispose();
    batch.labels?.dispose();
    return { bytes, labels };
  }
  throw new Error('there is no batch');
}

export async function firstBytes(dataset: Dataset, size: number): Promise<number[]> {
  return (await firstBatch(dataset, size)).bytes;
}
