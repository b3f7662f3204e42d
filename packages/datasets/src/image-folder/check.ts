import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { mostPixels, reasonOf, type Decoder, type Pixels } from './decoder.ts';
import { SCOPE, shown } from './listing.ts';
import { inParallel } from './parallel.ts';

/** An image that could not be decoded. */
export interface UnreadableImage {
  /** Relative to the folder. */
  readonly file: string;
  /** Why not. */
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

export interface SizedFile extends ImageFile {
  readonly width: number;
  readonly height: number;
}

export interface CheckOptions {
  readonly signal: AbortSignal | undefined;
  /** Called for each image that has been looked at. */
  readonly onImage: () => void;
}

/** What an image may have to be decoded at the same time as others, on four threads and in up to 18 bytes a pixel. */
const most = { pixels: mostPixels / 8, bytes: 2 ** 26 };

/** What the disk says of each file. */
export async function statImages(folder: string, paths: readonly string[], signal: AbortSignal | undefined): Promise<(ImageFile | UnreadableImage)[]> {
  const seen: (ImageFile | UnreadableImage)[] = [];
  await inParallel(paths, async (file, index) => {
    signal?.throwIfAborted();
    seen[index] = await stat(join(folder, file)).then(
      ({ size, mtimeMs }) => ({ file, bytes: size, modified: mtimeMs }),
      (error: unknown) => ({ file, reason: file.includes('\ufffd') ? 'its name is not valid UTF-8' : reasonOf(error) }),
    );
  });
  return seen;
}

/**
 * Decodes every image once: what is wrong shall be known before hours of work.
 *
 * @param keep is given the pixels of each that can be read; where it fails, so does all
 */
export async function checkImages(
  folder: string,
  images: readonly ImageFile[],
  decode: Decoder,
  { signal, onImage }: CheckOptions,
  keep?: (image: ImageFile, pixels: Pixels) => void | Promise<void>,
): Promise<(SizedFile | UnreadableImage)[]> {
  const seen: (SizedFile | UnreadableImage)[] = [];
  const look = async (image: ImageFile, index: number, atMost: number): Promise<void> => {
    signal?.throwIfAborted();
    const pixels = await readFile(join(folder, image.file))
      .then((content) => decode(content, atMost))
      .catch((error: unknown) => ({ reason: reasonOf(error) }));
    if ('data' in pixels) await keep?.(image, pixels);
    seen[index] = 'data' in pixels ? { ...image, width: pixels.width, height: pixels.height } : { file: image.file, ...pixels };
  };

  const alone: number[] = [];
  await inParallel(images, async (image, index) => {
    if (image.bytes <= most.bytes) await look(image, index, most.pixels);
    if (seen[index] === undefined || 'reason' in seen[index]) alone.push(index);
    else onImage();
  });
  // Once more, or for the first time: large ones would not fit in memory with others, and the library mixes up the reasons of
  // images that fail at the same time.
  for (const index of alone) {
    await look(images[index] as ImageFile, index, mostPixels);
    onImage();
  }
  signal?.throwIfAborted();
  return seen;
}

/** @throws GanzooError on unreadable images, unless they are skipped, and where all are unreadable */
export function expectReadable(folder: string, images: readonly (SizedFile | UnreadableImage)[], skipUnreadable: boolean): void {
  const unreadable = images.filter((image) => 'reason' in image);
  if (unreadable.length === 0 || (skipUnreadable && unreadable.length < images.length)) return;
  const names = unreadable.slice(0, 5).map(({ file, reason }) => `${shown(file)} (${reason})`);
  const more = unreadable.length > names.length ? ` and ${unreadable.length - names.length} more` : '';
  const cure =
    unreadable.length === images.length
      ? 'Look whether they are images at all.'
      : 'Repair or delete them, or leave them out (skipUnreadable: true, --skip-unreadable).';
  throw new GanzooError(SCOPE, `${unreadable.length} of ${images.length} images in '${folder}' cannot be read: ${names.join(', ')}${more}. ${cure}`);
}

/** The size of all images. @throws GanzooError where they have several */
export function expectOneSize(folder: string, images: readonly SizedFile[]): { readonly width: number; readonly height: number } {
  const sizes = new Map<string, { count: number; example: string }>();
  for (const { file, width, height } of images) {
    const size = `${width} x ${height}`;
    const { count = 0, example = file } = sizes.get(size) ?? {};
    sizes.set(size, { count: count + 1, example });
  }
  const [first] = images;
  if (first && sizes.size === 1) return first;
  const most = [...sizes].sort(([, a], [, b]) => b.count - a.count).slice(0, 5);
  const list = most.map(([size, { count, example }]) => `${size} (${count}, such as ${shown(example)})`).join(', ');
  throw new GanzooError(
    SCOPE,
    `all images must have one size, but those in '${folder}' have ${sizes.size}; width x height: ${list}${sizes.size > 5 ? ', ...' : ''}. Pass { size: 64 }, or another, to have them cropped and resized.`,
  );
}
