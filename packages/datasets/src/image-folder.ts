import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { expectKeys, GanzooError, type Dataset, type Shape } from '@ganzoo/core';
import { imageBatches } from './image-folder/batches.ts';
import { checkImages, type ImageFile, type UnreadableImage } from './image-folder/check.ts';
import { imageDecoder } from './image-folder/decoder.ts';
import { listImages, SCOPE } from './image-folder/listing.ts';

export interface ImageFolderOptions {
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
 * WebP, GIF, TIFF and AVIF files by their extensions; hidden files are left out. All must have one size.
 *
 * Pixels are those of an image as it is shown: in sRGB (colour profiles and CMYK are converted), turned as its EXIF orientation
 * says, on white where it is transparent, of an animation the first frame. 16 bits become 8 by leaving out the lower ones.
 *
 * Opening decodes every image once, so that a truncated one is found at once. They stay on the disk and are decoded a batch
 * ahead, off the main thread: memory holds two batches, however many images there are. Its `name` tells these images from
 * others, for caches of what was computed of them: the folder's, and eight digits of a SHA-256 of the paths, sizes in bytes
 * and times of change of the images and of the channels, as in `photos (3f2a91c0)`.
 *
 * @throws GanzooError on an unknown option, no folder or no images there, images that cannot be read or have more pixels than
 *   16,383 squared, images of several sizes, and, at a batch, an image that has changed or gone since
 */
export async function imageFolder(path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  expectKeys(SCOPE, options, ['channels', 'recursive', 'skipUnreadable', 'signal', 'onProgress']);
  const { channels = 3, recursive = true, skipUnreadable = false, signal, onProgress } = options;
  if (typeof path !== 'string' || path === '') throw new GanzooError(SCOPE, `expected the path of a folder of images, got '${String(path)}'.`);
  if (channels !== 1 && channels !== 3) throw new GanzooError(SCOPE, `channels must be 1 or 3, got ${String(channels)}.`);
  // From here on another working directory does not matter.
  const folder = resolve(path);
  const decode = await imageDecoder(channels);
  const checked = await checkImages(folder, await listImages(folder, recursive), decode, { skipUnreadable, signal, onProgress });
  const { files, unreadable, width, height } = checked;
  const sampleShape = [height, width, channels];
  return {
    name: `${basename(folder) || folder} (${identityOf(files, channels)})`,
    size: files.length,
    sampleShape,
    range: [-1, 1],
    unreadable,
    batches: imageBatches(folder, checked, sampleShape, decode),
  };
}

function identityOf(files: readonly ImageFile[], channels: number): string {
  const listed = files.map(({ file, bytes, modified }) => [file, bytes, modified]);
  return createHash('sha256')
    .update(JSON.stringify([channels, listed]))
    .digest('hex')
    .slice(0, 8);
}
