import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { expectKeys, expectOneOf, GanzooError, type Dataset, type Shape } from '@ganzoo/core';
import { imageBatches, type Pictures } from './image-folder/batches.ts';
import { checkImages, expectOneSize, expectReadable, statImages, type ImageFile, type SizedFile, type UnreadableImage } from './image-folder/check.ts';
import { CROPS, decoderVersion, imageDecoder, type Target } from './image-folder/decoder.ts';
import { decodeAgain } from './image-folder/disk.ts';
import { listImages, SCOPE } from './image-folder/listing.ts';
import { resizeImages } from './image-folder/resized.ts';

/** Pixels of a side. */
const longestSide = 4096;

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /**
   * Resizes images to this side of a square, or to `[height, width]`, in pixels, up to 4,096; what sticks out is cropped. Unless
   * told all images must have one size, and keep it.
   */
  readonly size?: number | readonly [number, number];
  /** What of an image is left by `size`: its `'center'`, its `'top'`, or, by `'none'`, all of it, squeezed. `'center'` unless told. */
  readonly crop?: 'center' | 'top' | 'none';
  /**
   * The folder where resized pixels are kept, for the next opening to be quick, or `false` to keep none. `ganzoo/images` in
   * `$XDG_CACHE_HOME` or `~/.cache` unless told.
   */
  readonly cache?: string | false;
  /** Whether half of the samples, drawn anew in each pass, have left and right exchanged. `false` unless told. */
  readonly flip?: boolean;
  /** 3 for red, green and blue, 1 for the luminance. 3 unless told. */
  readonly channels?: 1 | 3;
  /** Whether folders in the folder are looked into. `true` unless told. */
  readonly recursive?: boolean;
  /** Whether images that cannot be read are left out, and named in `unreadable`. Refused unless told. */
  readonly skipUnreadable?: boolean;
  /** Ends the opening early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the share of the images that has been checked, in [0, 1], rising to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface ImageFolder extends Dataset {
  readonly size: number;
  /** Height, width and channels. */
  readonly sampleShape: Shape;
  readonly range: readonly [number, number];
  /** Images that were left out. */
  readonly unreadable: readonly UnreadableImage[];
}

/**
 * The images of a folder as samples `[height, width, channels]` in [-1, 1]: a byte is `value / 127.5 - 1`, exactly. PNG, JPEG,
 * WebP, GIF, TIFF and AVIF files by their extensions; hidden files are left out. All must have one size, unless `size` is given:
 * then they are resized by lanczos3, JPEGs after a first reduction of their blocks, so that they cover it, and cropped.
 *
 * Pixels are those of an image as it is shown: in sRGB (colour profiles and CMYK are converted), turned as its EXIF orientation
 * says, on white where it is transparent, of an animation the first frame. 16 bits become 8 by leaving out the lower ones.
 *
 * Opening decodes every image once, so that a truncated one is found at once. They stay on the disk and are decoded a batch
 * ahead, off the main thread: memory holds two batches, however many images there are. Resized pixels are kept in a cache, by
 * which another opening decodes only images that are new or have changed in size or time; up to 256 MiB of them stay in memory.
 *
 * Its `name` tells these images from others, for caches of what was computed of them: the folder's, and eight digits of a
 * SHA-256 of the paths, sizes in bytes and times of change of the images and of what is done to them, as in `photos (3f2a91c0)`.
 *
 * @throws GanzooError on a wrong option, no folder or no images there, images that cannot be read or have more pixels than
 *   16,383 squared, images of several sizes, a cache that cannot be written, and, at a batch, an image that has changed or gone
 *   since and is in no cache
 */
export async function imageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  expectKeys(SCOPE, options, ['size', 'crop', 'cache', 'flip', 'channels', 'recursive', 'skipUnreadable', 'signal', 'onProgress']);
  const { channels = 3, recursive = true, skipUnreadable = false, flip = false, cache, signal, onProgress } = options;
  if (typeof path !== 'string' || path === '') throw new GanzooError(SCOPE, `expected the path of a folder of images, got '${String(path)}'.`);
  if (channels !== 1 && channels !== 3) throw new GanzooError(SCOPE, `channels must be 1 or 3, got ${String(channels)}.`);
  if (typeof flip !== 'boolean') throw new GanzooError(SCOPE, `flip must be true or false, got '${String(flip)}'.`);
  const target = targetOf(options);
  // From here on another working directory does not matter.
  const folder = resolve(path);
  const decode = await imageDecoder(channels, target);
  const listed = await statImages(folder, await listImages(folder, recursive), signal);
  const there = listed.filter((image) => 'bytes' in image);

  let done = listed.length - there.length;
  const check = { signal, onImage: (): void => onProgress?.(++done / listed.length) };
  const { seen, open } = target
    ? await resizeImages(folder, there, decode, { ...check, target, channels, cache, decoder: await decoderVersion() })
    : { seen: await checkImages(folder, there, decode, check), open: undefined };
  const found = new Map(seen.map((image) => [image.file, image]));
  const images = listed.map((image) => found.get(image.file) ?? (image as UnreadableImage));
  expectReadable(folder, images, skipUnreadable);

  const files = images.filter((image) => 'bytes' in image);
  const { height, width } = expectOneSize(folder, files);
  const name = `${basename(folder) || folder} (${identityOf(files, { channels, ...target, flip })})`;
  const sampleShape = [height, width, channels];
  const openPictures = async (): Promise<Pictures> => {
    const kept = await open?.();
    const read = async (place: number): Promise<Uint8Array> => {
      const image = files[place] as SizedFile;
      return (await kept?.read(image)) ?? decodeAgain(folder, image, decode);
    };
    return { read, close: async () => kept?.close() };
  };
  return {
    name,
    size: files.length,
    sampleShape,
    range: [-1, 1],
    unreadable: images.filter((image) => 'reason' in image),
    batches: imageBatches({ name, count: files.length, sampleShape, flip, open: openPictures }),
  };
}

function targetOf({ size, crop, cache }: ImageFolderOptions): Target | undefined {
  if (cache !== undefined && cache !== false && (typeof cache !== 'string' || cache === '')) {
    throw new GanzooError(SCOPE, `cache must be the path of a folder, or false, got '${String(cache)}'.`);
  }
  if (size === undefined) {
    const useless = crop !== undefined ? 'crop' : cache ? 'cache' : undefined;
    if (useless) throw new GanzooError(SCOPE, `${useless} is for images that are resized: give { size } too.`);
    return undefined;
  }
  if (crop !== undefined) expectOneOf(SCOPE, 'crop', crop, CROPS);
  const sides: readonly unknown[] = Array.isArray(size) ? size : [size, size];
  if (sides.length !== 2 || !sides.every((side) => Number.isInteger(side) && (side as number) >= 1 && (side as number) <= longestSide)) {
    throw new GanzooError(SCOPE, `size must be an integer in [1, ${longestSide}], or two of them, [height, width], got ${JSON.stringify(size)}.`);
  }
  const [height, width] = sides as [number, number];
  return { height, width, crop: crop ?? 'center' };
}

function identityOf(files: readonly ImageFile[], settings: object): string {
  const listed = files.map(({ file, bytes, modified }) => [file, bytes, modified]);
  return createHash('sha256')
    .update(JSON.stringify([settings, listed]))
    .digest('hex')
    .slice(0, 8);
}
