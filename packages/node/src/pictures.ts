import { basename, dirname } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import { encode } from 'fast-png';
import { expectInteger, expectKeys, GanzooError, showShape } from '@ganzoo/core';
import { folder } from './folder.ts';

const SCOPE = 'node/pictures';

/** A picture of bytes, rows from the top, channels last. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Grey or RGB. */
  readonly channels: 1 | 3;
  /** `width * height * channels` values, 0 to 255. */
  readonly data: Uint8Array;
}

/** Options of {@link grid} and {@link saveGrid}. */
export interface GridOptions {
  /** Images in a row. As many as make the grid about square, unless told. */
  readonly columns?: number;
  /** Black pixels around and between the images. 2 unless told. */
  readonly gap?: number;
}

/**
 * Lays images out in a grid, row by row.
 *
 * @param samples `[n, height, width, 1 or 3]` in [-1, 1]; values outside are clipped. Stays the caller's.
 * @throws GanzooError on another shape
 */
export async function grid(samples: Tensor, options: GridOptions = {}): Promise<Picture> {
  expectKeys(SCOPE, options, ['columns', 'gap']);
  const [count, height, width, channels] = samples.shape;
  if (samples.rank !== 4 || !count || !height || !width || (channels !== 1 && channels !== 3)) {
    throw new GanzooError(SCOPE, `a grid takes images [n, height, width, 1 or 3], got ${showSize(samples.shape)}.`);
  }
  const { columns = Math.ceil(Math.sqrt(count)), gap = 2 } = options;
  expectInteger(SCOPE, 'columns', columns, 1);
  expectInteger(SCOPE, 'gap', gap, 0);
  const values = await samples.data();

  const used = Math.min(columns, count);
  const totalWidth = used * (width + gap) + gap;
  const totalHeight = Math.ceil(count / columns) * (height + gap) + gap;
  // Clamped: it clips and rounds what is stored.
  const data = new Uint8ClampedArray(totalWidth * totalHeight * channels);
  for (let image = 0; image < count; image++) {
    const left = (image % columns) * (width + gap) + gap;
    const top = Math.floor(image / columns) * (height + gap) + gap;
    for (let row = 0; row < height; row++) {
      const from = (image * height + row) * width * channels;
      const to = ((top + row) * totalWidth + left) * channels;
      for (let i = 0; i < width * channels; i++) data[to + i] = ((values[from + i] as number) + 1) * 127.5;
    }
  }
  return { width: totalWidth, height: totalHeight, channels, data: new Uint8Array(data.buffer) };
}

/**
 * The bytes of a PNG file.
 *
 * @throws GanzooError when the picture's data do not have its size
 */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, channels, data } = picture;
  expectInteger(SCOPE, 'width', width, 1);
  expectInteger(SCOPE, 'height', height, 1);
  if (data.length !== width * height * channels) {
    throw new GanzooError(SCOPE, `a picture of ${width} x ${height} x ${channels} has ${width * height * channels} values, got ${data.length}.`);
  }
  return encode({ width, height, channels, data, depth: 8 });
}

/**
 * Writes a picture as a PNG file, whole or not at all, and creates its folder where missing.
 *
 * @throws GanzooError when the picture is inconsistent or the file cannot be written
 */
export async function savePng(path: string, picture: Picture): Promise<void> {
  await folder(dirname(path)).commit(new Map([[basename(path), encodePng(picture)]]));
}

/**
 * Lays images out in a {@link grid} and writes it as a PNG file.
 *
 * @param samples `[n, height, width, 1 or 3]` in [-1, 1]; stays the caller's
 */
export async function saveGrid(path: string, samples: Tensor, options: GridOptions = {}): Promise<void> {
  await savePng(path, await grid(samples, options));
}

function showSize(shape: readonly number[]): string {
  return shape.length === 0 ? 'a scalar' : showShape(shape);
}
