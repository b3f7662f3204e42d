import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { reasonOf, type Decoder } from './decoder.ts';
import { SCOPE } from './listing.ts';
import { inParallel } from './parallel.ts';

export interface UnreadableImage {
  /** Relative to the folder. */
  readonly file: string;
  readonly reason: string;
}

export interface ImageFile {
  /** Relative to the folder. */
  readonly file: string;
  /** On the disk. */
  readonly bytes: number;
  /** When it was last changed, in milliseconds. */
  readonly modified: number;
}

interface SizedFile extends ImageFile {
  readonly width: number;
  readonly height: number;
}

export interface CheckOptions {
  readonly skipUnreadable: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((fraction: number) => void) | undefined;
}

export interface Checked {
  readonly files: readonly ImageFile[];
  readonly unreadable: readonly UnreadableImage[];
  readonly width: number;
  readonly height: number;
}

/**
 * Decodes every image once, and keeps none: what is wrong shall be known before hours of work.
 *
 * @throws GanzooError on unreadable images, unless they are skipped, and on images of several sizes
 */
export async function checkImages(folder: string, paths: readonly string[], decode: Decoder, options: CheckOptions): Promise<Checked> {
  const { skipUnreadable, signal, onProgress } = options;
  const seen: (SizedFile | UnreadableImage)[] = [];
  let done = 0;
  await inParallel(paths, async (file, index) => {
    signal?.throwIfAborted();
    seen[index] = await look(folder, file, decode);
    onProgress?.(++done / paths.length);
  });
  // Once more, alone: the library mixes up the reasons of images that fail at the same time.
  for (const [index, image] of seen.entries()) {
    signal?.throwIfAborted();
    if ('reason' in image) seen[index] = await look(folder, image.file, decode);
  }
  signal?.throwIfAborted();

  const unreadable = seen.filter((image) => 'reason' in image);
  const images = seen.filter((image) => 'bytes' in image);
  const [first] = images;
  if (!first || (unreadable.length > 0 && !skipUnreadable)) throw unreadableError(folder, unreadable, paths.length);
  expectOneSize(folder, images);
  return { files: images.map(({ file, bytes, modified }) => ({ file, bytes, modified })), unreadable, width: first.width, height: first.height };
}

async function look(folder: string, file: string, decode: Decoder): Promise<SizedFile | UnreadableImage> {
  try {
    const path = join(folder, file);
    const [content, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
    const { width, height } = await decode(content);
    return { file, bytes: content.length, modified: mtimeMs, width, height };
  } catch (error) {
    return { file, reason: reasonOf(error) };
  }
}

function unreadableError(folder: string, unreadable: readonly UnreadableImage[], of: number): GanzooError {
  const names = unreadable.slice(0, 5).map(({ file, reason }) => `'${file}' (${reason})`);
  const more = unreadable.length > names.length ? ` and ${unreadable.length - names.length} more` : '';
  const cure = unreadable.length === of ? 'Look whether they are images at all.' : 'Repair or delete them, or leave them out by { skipUnreadable: true }.';
  return new GanzooError(SCOPE, `${unreadable.length} of ${of} images in '${folder}' cannot be read: ${names.join(', ')}${more}. ${cure}`);
}

function expectOneSize(folder: string, images: readonly SizedFile[]): void {
  const sizes = new Map<string, { count: number; example: string }>();
  for (const { file, width, height } of images) {
    const size = `${width} x ${height}`;
    const { count = 0, example = file } = sizes.get(size) ?? {};
    sizes.set(size, { count: count + 1, example });
  }
  if (sizes.size === 1) return;
  const most = [...sizes].sort(([, a], [, b]) => b.count - a.count).slice(0, 5);
  const list = most.map(([size, { count, example }]) => `${size} (${count}, such as '${example}')`).join(', ');
  throw new GanzooError(
    SCOPE,
    `all images must have one size, but those in '${folder}' have ${sizes.size}; width x height: ${list}${sizes.size > 5 ? ', ...' : ''}. Resize them to one size beforehand.`,
  );
}
