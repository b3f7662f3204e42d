import { readFileSync } from 'node:fs';
import '@ganzoo/wasm';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { preprocess } from '../src/inception/preprocess.ts';
import { resizeBicubic } from '../src/resize.ts';

interface Resized {
  readonly size: readonly [number, number, number, number];
  readonly pixels: readonly number[];
}

/** What Pillow 12.3 and PyTorch 2.13 made of the same pixels, by make-fixtures.py. */
const expected = JSON.parse(readFileSync(new URL('resize.expected.json', import.meta.url), 'utf8')) as Readonly<
  Record<'bicubic' | 'halfPixel', readonly Resized[]>
>;

/** Whole numbers from 0 to 255 without a pattern, as in make-fixtures.py. */
function pixels(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i * 7919) % 1009) * ((i % 13) + 1)) % 256);
}

/** Large arrays take `toEqual` seconds. */
function greatestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((greatest, value, i) => Math.max(greatest, Math.abs(value - (b[i] as number))), 0);
}

describe('bicubic', () => {
  test.each(expected.bicubic)('$size as Pillow, bit for bit', ({ size: [height, width, toHeight, toWidth], pixels: theirs }) => {
    expect(resizeBicubic(pixels(height * width), [height, width], 1, [toHeight, toWidth])).toEqual(Float32Array.from(theirs));
  });

  test('channels do not mix', () => {
    const image = pixels(6 * 5 * 3);
    const resized = resizeBicubic(image, [6, 5], 3, [9, 4]);
    for (const channel of [0, 1, 2]) {
      const one = (values: Float32Array): Float32Array => values.filter((_, i) => i % 3 === channel);
      expect(one(resized)).toEqual(resizeBicubic(one(image), [6, 5], 1, [9, 4]));
    }
  });

  test('a constant stays, an edge overshoots: nothing is clipped here', () => {
    expect([...resizeBicubic(new Float32Array(35).fill(7), [5, 7], 1, [13, 3])].every((value) => Math.abs(value - 7) < 1e-5)).toBe(true);
    const edge = resizeBicubic(Float32Array.of(0, 0, 255, 255), [1, 4], 1, [1, 12]);
    expect([Math.min(...edge) < -5, Math.max(...edge) > 260]).toEqual([true, true]);
  });
});

describe.each(['cpu', 'wasm'])('the input of the FID network on %s', (backend) => {
  beforeAll(async () => expect(await tf.setBackend(backend)).toBe(true));

  const input = async (values: Float32Array, shape: [number, number, number, number], how: Parameters<typeof preprocess>[1]): Promise<Float32Array> => {
    const before = tf.memory().numTensors;
    const images = tf.tensor4d(values, shape);
    const promise = preprocess(images, how);
    // Its owner may be done with it.
    images.dispose();
    const made = await promise;
    expect(made.shape).toEqual([shape[0], 299, 299, 3]);
    const result = (await made.data()) as Float32Array;
    made.dispose();
    expect(tf.memory().numTensors).toBe(before);
    return result;
  };

  test('legacy-tensorflow: pixel i lies at i * old / 299, and 128 is 0', async () => {
    const [height, width] = [3, 5];
    const image = pixels(2 * height * width * 3);
    const made = await input(image, [2, height, width, 3], 'legacy-tensorflow');
    const at = (n: number, y: number, x: number, c: number): number =>
      image[((n * height + Math.min(y, height - 1)) * width + Math.min(x, width - 1)) * 3 + c] as number;
    let greatest = 0;
    for (let i = 0; i < made.length; i += 97) {
      const [n, y, x, c] = [Math.floor(i / (299 * 299 * 3)), Math.floor(i / (299 * 3)) % 299, Math.floor(i / 3) % 299, i % 3];
      const [row, column] = [(y * height) / 299, (x * width) / 299];
      const [top, left] = [Math.floor(row), Math.floor(column)];
      const line = (r: number): number => at(n, r, left, c) * (1 - column + left) + at(n, r, left + 1, c) * (column - left);
      const value = line(top) * (1 - row + top) + line(top + 1) * (row - top);
      greatest = Math.max(greatest, Math.abs((made[i] as number) - (value - 128) / 128));
    }
    expect(greatest).toBeLessThan(2e-5);
  });

  test('legacy-tensorflow: fewer pixels without antialiasing', async () => {
    const made = await input(pixels(598 * 598 * 3), [1, 598, 598, 3], 'legacy-tensorflow');
    // Exactly every other pixel.
    const every = pixels(598 * 598 * 3).filter((_, i) => Math.floor(i / 3) % 2 === 0 && Math.floor(i / (598 * 3)) % 2 === 0);
    expect(
      greatestDifference(
        made,
        every.map((value) => (value - 128) / 128),
      ),
    ).toBe(0);
  });

  test('legacy-pytorch: by centers of pixels, and from -1 to 1', async () => {
    expect(await input(Float32Array.of(0, 51, 255), [1, 1, 1, 3], 'legacy-pytorch').then((made) => made.slice(0, 3))).toEqual(Float32Array.of(-1, -0.6, 1));
    const edge = await input(Float32Array.of(0, 0, 0, 255, 255, 255), [1, 1, 2, 3], 'legacy-pytorch');
    const wanted = edge.map((_, i) => 2 * Math.min(1, Math.max(0, ((Math.floor(i / 3) % 299) + 0.5) * (2 / 299) - 0.5)) - 1);
    expect(greatestDifference(edge, wanted)).toBeLessThan(1e-5);
    for (const { size, pixels: theirs } of expected.halfPixel) {
      const [height, width, toHeight, toWidth] = size;
      const made = tf.tidy(() =>
        tf.image.resizeBilinear(tf.tensor4d(pixels(height * width), [1, height, width, 1]), [toHeight, toWidth], false, true).dataSync(),
      );
      theirs.forEach((value, i) => expect(Math.abs(value - (made[i] as number)), `${size} at ${i}`).toBeLessThan(1e-3));
    }
  });

  test('clean: as Pillow, clipped to [0, 255]', async () => {
    const image = pixels(2 * 4 * 6 * 3);
    const made = await input(image, [2, 4, 6, 3], 'clean');
    const second = resizeBicubic(image.slice(72), [4, 6], 3, [299, 299]);
    expect(Math.min(...second.slice(0, 1e5)), 'something to clip').toBeLessThan(0);
    const clipped = second.map((value) => (Math.min(255, Math.max(0, value)) - 128) / 128);
    expect(greatestDifference(made.slice(299 * 299 * 3), clipped)).toBe(0);
  });

  test.each(['legacy-tensorflow', 'legacy-pytorch', 'clean'] as const)('%s leaves images of 299 x 299 as they are', async (how) => {
    const image = pixels(299 * 299 * 3);
    const center = how === 'legacy-pytorch' ? 127.5 : 128;
    expect(
      greatestDifference(
        await input(image, [1, 299, 299, 3], how),
        image.map((value) => (value - center) / center),
      ),
    ).toBeLessThan(1e-6);
  });
});
