import { cachePath, createCache, openCache, type CacheWriter, type Kept } from './cache.ts';
import { checkImages, type CheckOptions, type ImageFile, type SizedFile, type UnreadableImage } from './check.ts';
import type { Decoder, Target } from './decoder.ts';
import { inParallel } from './parallel.ts';

/** Bytes of pixels up to which all are held in memory. */
const mostInMemory = 2 ** 28;

export interface ResizeOptions extends CheckOptions {
  readonly target: Target;
  readonly channels: number;
  /** A folder, the user's cache, or none. */
  readonly cache: string | false | undefined;
  /** Another decoder may give other pixels. */
  readonly decoder: string;
}

export interface Resized {
  readonly seen: readonly (SizedFile | UnreadableImage)[];
  /** What is kept of their pixels, for one walk over them. */
  readonly open: () => Promise<Kept | undefined>;
}

/** Decodes and resizes the images whose pixels are not in the cache, and puts them there. */
export async function resizeImages(folder: string, images: readonly ImageFile[], decode: Decoder, options: ResizeOptions): Promise<Resized> {
  const { target, channels, decoder, signal, onImage } = options;
  const { width, height } = target;
  const size = width * height * channels;
  if (options.cache === false) return withoutCache(folder, images, decode, images.length * size <= mostInMemory, options);
  const settings = JSON.stringify({ channels, ...target });
  const path = await cachePath(options.cache, folder, settings);
  const made = `${settings} by ${decoder}`;
  const open = (): Promise<Kept | undefined> => openCache(path, made, size, mostInMemory);

  const kept = await open();
  const [known, unknown] = [true, false].map((wanted) => images.filter((image) => (kept?.has(image) ?? false) === wanted)) as [ImageFile[], ImageFile[]];
  const damaged: ImageFile[] = [];
  let writer: CacheWriter | undefined;
  let begun: Promise<void> | undefined;
  const begin = async (): Promise<void> => {
    writer = await createCache(path, made, size);
    await inParallel(known, async (image) => {
      signal?.throwIfAborted();
      const pixels = await kept?.read(image);
      if (pixels) await writer?.add(image, pixels);
      else damaged.push(image);
    });
  };
  const check = (images: readonly ImageFile[], onImage: () => void) =>
    checkImages(folder, images, decode, { signal, onImage }, async (image, { data }) => {
      await (begun ??= begin());
      await writer?.add(image, data);
    });

  try {
    known.forEach(onImage);
    const looked = await check(unknown, onImage);
    // What turns out to be damaged replaces what was thought to be known.
    const seen = [
      ...known.map(({ file, bytes, modified }) => ({ file, bytes, modified, width, height })),
      ...looked,
      ...(await check(damaged, () => undefined)),
    ];
    await writer?.commit();
    const whole = writer ? await open() : kept;
    await whole?.close();
    return { seen, open: async () => (whole?.isInMemory ? whole : open()) };
  } catch (error) {
    // What has been decoded need not be again.
    await writer?.commit().catch(() => writer?.discard());
    throw error;
  } finally {
    await kept?.close();
  }
}

async function withoutCache(folder: string, images: readonly ImageFile[], decode: Decoder, isInMemory: boolean, options: CheckOptions): Promise<Resized> {
  const pixels = new Map<string, Uint8Array>();
  const seen = await checkImages(folder, images, decode, options, ({ file }, { data }) => void (isInMemory && pixels.set(file, data)));
  const held: Kept = {
    isInMemory,
    has: ({ file }) => pixels.has(file),
    read: async ({ file }) => pixels.get(file),
    close: async () => undefined,
  };
  return { seen, open: async () => held };
}
