import { GanzooError } from '@ganzoo/core';
import type { Sharp } from 'sharp';
import { repairHeaders } from './jpeg.ts';
import { SCOPE } from './listing.ts';

/** Rows from the top, channels last, 0 to 255. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What is left of an image whose sides have another ratio: its middle, its top, or all of it, squeezed. */
export const CROPS = ['center', 'top', 'none'] as const;
type Crop = (typeof CROPS)[number];

export interface Target {
  readonly width: number;
  readonly height: number;
  readonly crop: Crop;
}

/** The most pixels an image may have: 16,383 squared. */
export const mostPixels = 0x3fff ** 2;

/**
 * Rejects with the library's error on what is no image, or a damaged or truncated one, or has too many pixels.
 *
 * @param bytes a file's; may be changed
 */
export type Decoder = (bytes: Uint8Array, most?: number) => Promise<Pixels>;

/** An image this many times longer than what is left of it is cropped before it is resized. */
const longest = 16;

/** Decodes off the main thread, to sRGB or, of one channel, to its luminance, and to one size where there is a target. */
export async function imageDecoder(channels: 1 | 3, target?: Target): Promise<Decoder> {
  const sharp = await loadSharp();
  const pixelsOf = async (image: Sharp): Promise<Pixels> => {
    const oneKind = image.toColourspace(channels === 1 ? 'b-w' : 'srgb').raw({ depth: 'uchar' });
    const { data, info } = await oneKind.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  };

  return async (bytes, most = mostPixels) => {
    repairHeaders(bytes);
    // Of animations the first frame. Bytes rather than a path: the library keeps what it read of a path.
    const image = sharp(bytes, { failOn: 'warning', autoOrient: true, limitInputPixels: most }).flatten({ background: '#fff' });
    if (!target) return pixelsOf(image);
    const { width, height, crop } = target;
    // By its default the library leaves out filtering where a format can be decoded smaller.
    const options = { kernel: 'lanczos3', fastShrinkOnLoad: false } as const;
    if (crop === 'none') return pixelsOf(image.resize(width, height, { ...options, fit: 'fill' }));

    const window = windowOf((await image.metadata()).autoOrient, target);
    if (window.times <= longest) return cut(await pixelsOf(image.resize(width, height, { ...options, fit: 'outside' })), target, channels);
    const whole = await pixelsOf(image);
    const part = sharp(whole.data, { raw: { width: whole.width, height: whole.height, channels } }).extract(window);
    return pixelsOf(part.resize(width, height, { ...options, fit: 'fill' }));
  };
}

/** What is left of an image, in its own pixels, and how many times that is in it. */
function windowOf({ width, height }: { width: number; height: number }, target: Target) {
  const scale = Math.min(width / target.width, height / target.height);
  const part = { width: Math.max(1, Math.round(target.width * scale)), height: Math.max(1, Math.round(target.height * scale)) };
  return { ...part, ...corner(width - part.width, height - part.height, target.crop), times: (width * height) / (part.width * part.height) };
}

function corner(spareWidth: number, spareHeight: number, crop: Crop): { left: number; top: number } {
  return { left: Math.floor(spareWidth / 2), top: crop === 'top' ? 0 : Math.floor(spareHeight / 2) };
}

/**
 * Crops what has been resized whole. The library would not read what lies below a part that it crops, and so not find out that
 * it is missing.
 */
function cut({ width, height, data }: Pixels, target: Target, channels: number): Pixels {
  const { left, top } = corner(width - target.width, height - target.height, target.crop);
  const rowSize = target.width * channels;
  const kept = new Uint8Array(target.height * rowSize);
  for (let row = 0; row < target.height; row++) {
    const start = ((top + row) * width + left) * channels;
    kept.set(data.subarray(start, start + rowSize), row * rowSize);
  }
  return { width: target.width, height: target.height, data: kept };
}

/** Loaded when asked for: what else reads files shall run where its binaries are missing. */
async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const cure = "Install it with its binaries for this system: 'npm install --include=optional sharp'";
    throw new GanzooError(SCOPE, `the package 'sharp', which decodes images, does not load: ${reasonOf(cause)}. ${cure}.`, { cause });
  }
}

/** What decodes, with its version: another one may give other pixels. */
export async function decoderVersion(): Promise<string> {
  const { versions } = await loadSharp();
  return `sharp ${versions.sharp}, libvips ${versions.vips}`;
}

/** An error of the library, or of reading a file, in one line. */
export function reasonOf(error: unknown): string {
  const { message, syscall } = error as NodeJS.ErrnoException;
  // A path in it may have lines of its own, and whoever tells the reason tells the path.
  if (syscall !== undefined) return message.split(`, ${syscall}`, 1).join();
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  // Before the reason may stand how it was looked for.
  const reason = lines.find((line) => !/bad seek|treated as error/.test(line)) ?? lines[0] ?? 'no reason is given';
  return reason.trim().replace(/[:.]$/, '');
}
