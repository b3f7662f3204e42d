/** Height and width in pixels. */
export type Size = readonly [height: number, width: number];

/**
 * Resizes one image by the bicubic filter as Pillow does, and clean-fid (https://arxiv.org/abs/2104.11222) by it: the filter
 * (Keys' with a = -1/2) grows with the step when pixels get fewer, so that nothing is left out, each channel is summed in
 * double precision, rows first, and kept in single precision. Results may leave the range of the pixels; they are not clipped.
 *
 * @param pixels [height, width, channels], in row-major order
 * @returns [to[0], to[1], channels]
 */
export function resizeBicubic(pixels: Float32Array, from: Size, channels: number, to: Size): Float32Array {
  const [height, width] = from;
  const [newHeight, newWidth] = to;
  // An image is `height` rows of pixels, or one row of `width * channels`-wide pixels: resized along its middle dimension.
  const narrowed = resizeMiddle(pixels, [height, width, channels], newWidth);
  return resizeMiddle(narrowed, [1, height, newWidth * channels], newHeight);
}

/** Resizes [outer, length, inner] to [outer, size, inner]. */
function resizeMiddle(values: Float32Array, [outer, length, inner]: readonly [number, number, number], size: number): Float32Array {
  const result = new Float32Array(outer * size * inner);
  const sums = new Float64Array(inner);
  taps(length, size).forEach(({ first, weights }, place) => {
    for (let row = 0; row < outer; row++) {
      sums.fill(0);
      weights.forEach((weight, tap) => {
        const start = (row * length + first + tap) * inner;
        for (let i = 0; i < inner; i++) sums[i] = (sums[i] as number) + weight * (values[start + i] as number);
      });
      result.set(sums, (row * size + place) * inner);
    }
  });
  return result;
}

/** What a new pixel is the weighted sum of: pixels from `first` on. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** For each of `size` new pixels along a line of `length` pixels. */
function taps(length: number, size: number): Taps[] {
  const step = length / size;
  const stretch = Math.max(step, 1);
  const reach = REACH * stretch;
  return Array.from({ length: size }, (_, place) => {
    const center = (place + 0.5) * step;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(length, Math.trunc(center + reach + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, tap) => cubic((first + tap - center + 0.5) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Beyond this the filter is 0. */
const REACH = 2;

/** Keys' cubic convolution (https://doi.org/10.1109/TASSP.1981.1163711) with a = -1/2. */
function cubic(offset: number): number {
  const x = Math.abs(offset);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < REACH ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
