import { arrayDataset, type BatchRequest, type Drawn, type Json, type Rng, type Shape } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { inParallel } from './parallel.ts';

/** Pixels of images by their places in the list, during one walk over them. */
export interface Pictures {
  readonly read: (place: number) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

export interface Walks {
  readonly name: string;
  readonly count: number;
  /** Height, width and channels. */
  readonly sampleShape: Shape;
  /** Whether half of the samples, drawn anew each time, are mirrored. */
  readonly flip: boolean;
  readonly open: () => Promise<Pictures>;
}

/** What a byte is worth. */
const levels = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** Batches without end of images, of which one is read ahead. */
export function imageBatches({ name, count, sampleShape, flip, open }: Walks): (request: BatchRequest) => AsyncGenerator<Drawn> {
  const sampleSize = sampleShape.reduce((product, size) => product * size, 1);
  // The order of passes and what a cursor means are core's: the data it walks over are places in the list.
  const places = arrayDataset({ name, values: Float32Array.from({ length: count }, (_, place) => place), sampleShape: [] });

  const mirrorSome = (bytes: Uint8Array, rng: Rng, cursor: Json): void => {
    // A stream of its own for each place in the data: a walk that goes on from there mirrors the same ones.
    const coins = rng.fork('flip').fork(JSON.stringify(cursor));
    const [, width, channels] = sampleShape as [number, number, number];
    for (let start = 0; start < bytes.length; start += sampleSize) {
      if (coins.integer() >= 2 ** 31) mirror(bytes.subarray(start, start + sampleSize), width, channels);
    }
  };

  const read = async (pictures: Pictures, batch: ArrayLike<number>, signal: AbortSignal): Promise<Uint8Array> => {
    const bytes = new Uint8Array(batch.length * sampleSize);
    await inParallel(Array.from(batch), async (place, row) => {
      signal.throwIfAborted();
      bytes.set(await pictures.read(place), row * sampleSize);
    });
    return bytes;
  };

  return async function* (request) {
    const end = new AbortController();
    const pictures = await open();
    const walk = places.batches(request)[Symbol.asyncIterator]();
    const begin = async () => {
      const { batch, cursor } = (await walk.next()).value as Drawn;
      const bytes = read(pictures, await batch.samples.data(), end.signal);
      batch.samples.dispose();
      // Whoever waits for it is told.
      bytes.catch(() => undefined);
      return { bytes, cursor };
    };
    let next: Awaited<ReturnType<typeof begin>> | undefined;
    try {
      next = await begin();
      for (;;) {
        const { cursor, bytes: coming }: Awaited<ReturnType<typeof begin>> = next;
        const bytes = await coming;
        next = await begin();
        if (flip) mirrorSome(bytes, request.rng, cursor);
        yield { batch: { samples: tf.tensor(floatsOf(bytes), [request.size, ...sampleShape], 'float32') }, cursor };
      }
    } finally {
      end.abort();
      await next?.bytes.catch(() => undefined);
      await pictures.close();
    }
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = levels[bytes[i] as number] as number;
  return values;
}

/** Exchanges left and right, in place. */
function mirror(image: Uint8Array, width: number, channels: number): void {
  const rowSize = width * channels;
  for (let row = 0; row < image.length; row += rowSize) {
    for (let [left, right] = [row, row + rowSize - channels]; left < right; left += channels, right -= channels) {
      const pixel = image.slice(left, left + channels);
      image.copyWithin(left, right, right + channels);
      image.set(pixel, right);
    }
  }
}
