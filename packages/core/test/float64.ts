/** Plain loops over float64, and their derivatives by central differences, to hold against what TensorFlow.js computes. */
export interface Nd {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Reference = (...inputs: Nd[]) => Nd;
export type Padding = 'same' | 'valid';
export type Pair = readonly [number, number];
type Image = readonly [batch: number, height: number, width: number, channels: number];

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export function nd(shape: readonly number[], value: (at: number[], index: number) => number): Nd {
  const at = shape.map(() => 0);
  const data = new Float64Array(sizeOf(shape));
  for (let index = 0; index < data.length; index++) {
    data[index] = value(at, index);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, data };
}

function offset(shape: readonly number[], at: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + at[axis]!, 0);
}

/** All different, by steps of more than a difference quotient takes, and none near 0: no kink is crossed. */
export function distinct(shape: readonly number[], seed = 0): Nd {
  const count = sizeOf(shape);
  const stride = [61, 37, 23, 19, 17, 13, 11, 7, 1].find((prime) => count % prime !== 0)!;
  return nd(shape, (_, index) => {
    const rank = (index * stride + seed) % count;
    return (0.2 + (rank + 0.31 * seed) / count) * (Math.sin(rank * 2.3 + seed) < 0 ? -1 : 1);
  });
}

/** Positive ones. */
export function positive(shape: readonly number[], seed = 0): Nd {
  const { data } = distinct(shape, seed);
  return { shape, data: data.map(Math.abs) };
}

export const map =
  (f: (x: number) => number): Reference =>
  (x) => ({ shape: x!.shape, data: x!.data.map(f) });

/** The second operand broadcasts to the first. */
export const binary =
  (f: (a: number, b: number) => number): Reference =>
  (a, b) => {
    const skip = a!.shape.length - b!.shape.length;
    return nd(a!.shape, (at, index) => {
      const inner = b!.shape.map((size, axis) => (size === 1 ? 0 : at[axis + skip]!));
      return f(a!.data[index]!, b!.data[offset(b!.shape, inner)]!);
    });
  };

/** Reduces axes that vanish. */
export const reduce =
  (axes: readonly number[], f: (values: number[]) => number): Reference =>
  (x) => {
    const groups = new Map<string, number[]>();
    nd(x!.shape, (at, index) => {
      const key = at.filter((_, axis) => !axes.includes(axis)).join();
      groups.set(key, [...(groups.get(key) ?? []), x!.data[index]!]);
      return 0;
    });
    const shape = x!.shape.filter((_, axis) => !axes.includes(axis));
    return nd(shape, (at) => f(groups.get(at.join())!));
  };

/** Maps the rows of the last axis. */
export const rows =
  (f: (row: number[]) => number[]): Reference =>
  (x) => {
    const width = x!.shape.at(-1)!;
    const out = Float64Array.from(x!.data);
    for (let start = 0; start < out.length; start += width) out.set(f([...x!.data.subarray(start, start + width)]), start);
    return { shape: x!.shape, data: out };
  };

/** Each element is a copy of another. */
export const copy =
  (shape: readonly number[], source: (at: number[]) => number[]): Reference =>
  (x) =>
    nd(shape, (at) => x!.data[offset(x!.shape, source(at))]!);

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly window: number;
  readonly stride: number;
  readonly before: number;
}

function axis(input: number, window: number, stride: number, padding: Padding): Axis {
  if (padding === 'valid') return { input, output: Math.floor((input - window) / stride) + 1, window, stride, before: 0 };
  const output = Math.ceil(input / stride);
  return { input, output, window, stride, before: Math.floor(Math.max((output - 1) * stride + window - input, 0) / 2) };
}

/** Visits each pair of an output and an input pixel that a tap joins. */
function forEachTap(ys: Axis, xs: Axis, visit: (out: Pair, input: Pair, tap: Pair) => void): void {
  for (let i = 0; i < ys.output; i++)
    for (let j = 0; j < xs.output; j++)
      for (let a = 0; a < ys.window; a++)
        for (let b = 0; b < xs.window; b++) {
          const [y, x] = [i * ys.stride - ys.before + a, j * xs.stride - xs.before + b];
          if (y >= 0 && y < ys.input && x >= 0 && x < xs.input) visit([i, j], [y, x], [a, b]);
        }
}

/** Filters `[height, width, in, out]`. */
export const conv2d =
  (strides: Pair, padding: Padding): Reference =>
  (x, w) => {
    const [n, h, wd, c] = x!.shape as Image;
    const [fh, fw, , k] = w!.shape as Image;
    const [ys, xs] = [axis(h, fh, strides[0], padding), axis(wd, fw, strides[1], padding)];
    const out = new Float64Array(n * ys.output * xs.output * k);
    for (let s = 0; s < n; s++)
      forEachTap(ys, xs, ([i, j], [y, z], [a, b]) => {
        const to = ((s * ys.output + i) * xs.output + j) * k;
        for (let p = 0; p < c; p++) {
          const value = x!.data[((s * h + y) * wd + z) * c + p]!;
          for (let q = 0; q < k; q++) out[to + q]! += value * w!.data[((a * fw + b) * c + p) * k + q]!;
        }
      });
    return { shape: [n, ys.output, xs.output, k], data: out };
  };

/** Filters `[height, width, out, in]`; the image grows to `size`. */
export const conv2dTranspose =
  (size: Pair, strides: Pair, padding: Padding): Reference =>
  (x, w) => {
    const [n, h, wd, c] = x!.shape as Image;
    const [fh, fw, k] = w!.shape as Image;
    const [ys, xs] = [axis(size[0], fh, strides[0], padding), axis(size[1], fw, strides[1], padding)];
    const out = new Float64Array(n * size[0] * size[1] * k);
    for (let s = 0; s < n; s++)
      forEachTap(ys, xs, ([i, j], [y, z], [a, b]) => {
        for (let q = 0; q < k; q++)
          for (let p = 0; p < c; p++)
            out[((s * size[0] + y) * size[1] + z) * k + q]! += x!.data[((s * h + i) * wd + j) * c + p]! * w!.data[((a * fw + b) * k + q) * c + p]!;
      });
    return { shape: [n, size[0], size[1], k], data: out };
  };

/** Filters `[height, width, in, multiplier]`. */
export const depthwise =
  (strides: Pair, padding: Padding): Reference =>
  (x, w) => {
    const [n, h, wd, c] = x!.shape as Image;
    const [fh, fw, , m] = w!.shape as Image;
    const [ys, xs] = [axis(h, fh, strides[0], padding), axis(wd, fw, strides[1], padding)];
    const out = new Float64Array(n * ys.output * xs.output * c * m);
    for (let s = 0; s < n; s++)
      forEachTap(ys, xs, ([i, j], [y, z], [a, b]) => {
        for (let p = 0; p < c; p++)
          for (let q = 0; q < m; q++)
            out[((s * ys.output + i) * xs.output + j) * c * m + p * m + q]! +=
              x!.data[((s * h + y) * wd + z) * c + p]! * w!.data[((a * fw + b) * c + p) * m + q]!;
      });
    return { shape: [n, ys.output, xs.output, c * m], data: out };
  };

export const pool =
  (window: Pair, strides: Pair, padding: Padding, f: (values: number[]) => number): Reference =>
  (x) => {
    const [n, h, wd, c] = x!.shape as Image;
    const [ys, xs] = [axis(h, window[0], strides[0], padding), axis(wd, window[1], strides[1], padding)];
    const values = Array.from({ length: n * ys.output * xs.output * c }, (): number[] => []);
    for (let s = 0; s < n; s++)
      forEachTap(ys, xs, ([i, j], [y, z]) => {
        for (let p = 0; p < c; p++) values[((s * ys.output + i) * xs.output + j) * c + p]!.push(x!.data[((s * h + y) * wd + z) * c + p]!);
      });
    return { shape: [n, ys.output, xs.output, c], data: Float64Array.from(values, f) };
  };

export const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
export const largest = (values: number[]): number => Math.max(...values);

export interface ResizeOptions {
  readonly alignCorners?: boolean;
  readonly halfPixelCenters?: boolean;
}

function sourceOf(out: number, input: number, output: number, { alignCorners, halfPixelCenters }: ResizeOptions): number {
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  return halfPixelCenters ? (out + 0.5) * scale : out * scale;
}

export const nearest =
  (size: Pair, options: ResizeOptions = {}): Reference =>
  (x) => {
    const [n, h, w, c] = x!.shape as Image;
    const pick = (out: number, input: number, output: number): number => {
      const source = sourceOf(out, input, output, options);
      return Math.min(input - 1, options.alignCorners ? Math.round(source) : Math.floor(source));
    };
    return copy([n, ...size, c], ([s, i, j, p]) => [s!, pick(i!, h, size[0]), pick(j!, w, size[1]), p!])(x!);
  };

export const bilinear =
  (size: Pair, options: ResizeOptions = {}): Reference =>
  (x) => {
    const [n, h, w, c] = x!.shape as Image;
    const corners = (out: number, input: number, output: number): [number, number][] => {
      const source = Math.max(0, sourceOf(out, input, output, options) - (options.halfPixelCenters ? 0.5 : 0));
      const low = Math.floor(source);
      return [
        [low, 1 - (source - low)],
        [Math.min(input - 1, Math.ceil(source)), source - low],
      ];
    };
    return nd([n, ...size, c], ([s, i, j, p]) => {
      let sum = 0;
      for (const [y, u] of corners(i!, h, size[0])) for (const [z, v] of corners(j!, w, size[1])) sum += u * v * x!.data[((s! * h + y) * w + z) * c + p!]!;
      return sum;
    });
  };

export interface Derivatives {
  /** Of {@link scoreWeight}'s score by each input. */
  readonly first: readonly Float64Array[];
  /** Of the squared gradient of the score by the first input: what a gradient penalty differentiates. */
  readonly second: readonly Float64Array[];
}

/** What the k-th output counts in the score, `sum(weight * (y + y^2 / 2))`. */
export const scoreWeight = (k: number): number => Math.cos(k * 0.9 + 0.3);

export function derivatives(f: Reference, inputs: readonly Nd[]): Derivatives {
  const first = gradient(f, inputs);
  const slope = first[0]!;
  // The gradient of |g|^2 is 2 H g: how the gradient changes along itself.
  const step = 1e-3 / Math.max(...slope.map(Math.abs));
  const along = (by: number): Float64Array[] => {
    const [x, ...rest] = inputs;
    return gradient(f, [{ shape: x!.shape, data: x!.data.map((value, i) => value + by * slope[i]!) }, ...rest]);
  };
  const [ahead, behind] = [along(step), along(-step)];
  return { first, second: ahead.map((values, input) => values.map((value, i) => (value - behind[input]![i]!) / step)) };
}

function gradient(f: Reference, inputs: readonly Nd[]): Float64Array[] {
  const h = 1e-5;
  const score = (): number => f(...inputs).data.reduce((sum, y, k) => sum + scoreWeight(k) * (y + (y * y) / 2), 0);
  return inputs.map(({ data }) =>
    data.map((value, i) => {
      data[i] = value + h;
      const ahead = score();
      data[i] = value - h;
      const behind = score();
      data[i] = value;
      return (ahead - behind) / (2 * h);
    }),
  );
}
