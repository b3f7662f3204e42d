import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arrayDataset, GanzooError, type BatchRequest, type Drawn, type Shape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Checked, ImageFile } from './check.ts';
import type { Decoder } from './decoder.ts';
import { SCOPE } from './listing.ts';
import { inParallel } from './parallel.ts';

/** What a byte is worth. */
const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** Batches without end of images on the disk, of which one is decoded ahead. */
export function imageBatches(folder: string, images: Checked, sampleShape: Shape, decode: Decoder): (request: BatchRequest) => AsyncGenerator<Drawn> {
  const { files } = images;
  const sampleSize = sampleShape.reduce((product, size) => product * size, 1);
  // The order of passes and what a cursor means are core's: the data it walks over are places in the list.
  const places = arrayDataset({ name: folder, values: Float32Array.from(files.keys()), sampleShape: [] });

  const read = async (batch: ArrayLike<number>, signal: AbortSignal): Promise<Uint8Array> => {
    const bytes = new Uint8Array(batch.length * sampleSize);
    await inParallel(Array.from(batch), async (place, row) => {
      signal.throwIfAborted();
      bytes.set(await pixelsOf(folder, files[place] as ImageFile, images, decode), row * sampleSize);
    });
    return bytes;
  };

  return async function* (request) {
    const end = new AbortController();
    const walk = places.batches(request)[Symbol.asyncIterator]();
    const begin = async () => {
      const { batch, cursor } = (await walk.next()).value as Drawn;
      const bytes = read(await batch.samples.data(), end.signal);
      batch.samples.dispose();
      // Whoever waits for it is told.
      bytes.catch(() => undefined);
      return { bytes, cursor };
    };
    let next = await begin();
    try {
      for (;;) {
        const { cursor } = next;
        const bytes = await next.bytes;
        next = await begin();
        yield { batch: { samples: tf.tensor(floatsOf(bytes), [request.size, ...sampleShape], 'float32') }, cursor };
      }
    } finally {
      end.abort();
      await next.bytes.catch(() => undefined);
    }
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = levels[bytes[i] as number] as number;
  return values;
}

async function pixelsOf(folder: string, { file, bytes }: ImageFile, { width, height }: Checked, decode: Decoder): Promise<Uint8Array> {
  const changed = (how: string, cause?: unknown): GanzooError =>
    new GanzooError(
      SCOPE,
      `'${join(folder, file)}' has changed since the folder was opened: ${how}. Leave the images alone while they are in use, or open the folder again.`,
      { cause },
    );
  const path = join(folder, file);
  const content = await readFile(path).catch((error: Error) => {
    throw changed(error.message, error);
  });
  if (content.length !== bytes) throw changed(`it had ${bytes} bytes and has ${content.length}`);
  // The library's reason may be that of another image that fails at the same time.
  const pixels = await decode(content).catch((error: Error) => {
    throw changed('it cannot be decoded any more', error);
  });
  if (pixels.width !== width || pixels.height !== height) throw changed(`it was ${width} x ${height} and is ${pixels.width} x ${pixels.height}`);
  return pixels.data;
}
