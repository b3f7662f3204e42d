import * as tf from '@tensorflow/tfjs';
import { expectInteger } from './errors.ts';
import type { Rng, Shape } from './types.ts';

/** The root stream of a run. All others are forked from it by name. */
export function rng(seed: number): Rng {
  expectInteger('core/random', 'seed', seed, 0);
  return stream(`seed ${seed}`);
}

function stream(path: string): Rng {
  let next: (() => number) | undefined;
  const integer = (): number => (next ??= generator(path))();

  const fill = (shape: Shape, value: () => number): tf.Tensor => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < values.length; i++) values[i] = value();
    return tf.tensor(values, [...shape], 'float32');
  };

  return {
    fork: (name) => stream(`${path}/${name}`),
    integer,
    uniform: (shape, min = 0, max = 1) => fill(shape, () => min + (max - min) * unit(integer)),
    normal: (shape) => fill(shape, gaussian(integer)),
    permutation(count) {
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(unit(integer) * (i + 1));
        const kept = order[i] as number;
        order[i] = order[j] as number;
        order[j] = kept;
      }
      return order;
    },
  };
}

/** Uniform in [0, 1), 32 bits. */
function unit(integer: () => number): number {
  return integer() / 4294967296;
}

/**
 * The standard normal distribution by the ziggurat of Marsaglia & Tsang (2000, https://doi.org/10.18637/jss.v005.i08): 128
 * layers of equal area, of which a value nearly always falls inside one at once.
 */
function gaussian(integer: () => number): () => number {
  return () => {
    for (;;) {
      const bits = integer() | 0;
      const layer = bits & 127;
      // The low bits choose the layer, all of them the place: their correlation is below float32's last bit.
      const x = bits * (widths[layer] as number);
      if (Math.abs(bits) < (inside[layer] as number)) return x;
      if (layer === 0) return tail(integer, bits < 0);
      const [above, below] = [heights[layer] as number, heights[layer - 1] as number];
      if (above + unit(integer) * (below - above) < Math.exp(-0.5 * x * x)) return x;
    }
  };
}

/** Beyond the last layer. */
function tail(integer: () => number, isNegative: boolean): number {
  for (;;) {
    const x = -Math.log(1 - unit(integer)) / tailStart;
    const y = -Math.log(1 - unit(integer));
    if (y + y > x * x) return isNegative ? -tailStart - x : tailStart + x;
  }
}

const tailStart = 3.442619855899;
const { inside, widths, heights } = ziggurat();

/** For each layer: the integers that are inside for sure, what an integer is worth, and the density at its edge. */
function ziggurat(): { inside: Float64Array; widths: Float64Array; heights: Float64Array } {
  const [inside, widths, heights] = [new Float64Array(128), new Float64Array(128), new Float64Array(128)];
  const area = 9.91256303526217e-3;
  const scale = 2147483648;
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  let [edge, before] = [tailStart, tailStart];
  const base = area / density(edge);
  inside[0] = (edge / base) * scale;
  widths[0] = base / scale;
  heights[0] = 1;
  inside[1] = 0;
  widths[127] = edge / scale;
  heights[127] = density(edge);
  for (let layer = 126; layer >= 1; layer--) {
    edge = Math.sqrt(-2 * Math.log(area / edge + density(edge)));
    inside[layer + 1] = (edge / before) * scale;
    before = edge;
    heights[layer] = density(edge);
    widths[layer] = edge / scale;
  }
  return { inside, widths, heights };
}

/** sfc32 (Chris Doty-Humphrey's PractRand), its state hashed from the stream's name. */
function generator(path: string): () => number {
  let a = hash(path, 0x9e3779b9);
  let b = hash(path, 0x85ebca6b);
  let c = hash(path, 0xc2b2ae35);
  let counter = 1;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** FNV-1a over UTF-16 code units, then murmur3's finalizer. */
function hash(text: string, basis: number): number {
  let h = basis | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/**
 * Runs a synchronous function with `Math.random` drawing from a stream.
 *
 * Stock TensorFlow.js initializers, dropout and noise layers take their randomness from there and offer no other way in
 * that gives new numbers at each call; with it, any network is as reproducible as those built here.
 */
export function withSeededMathRandom<T>(source: Rng, run: () => T): T {
  const original = Math.random;
  Math.random = () => unit(source.integer);
  try {
    return run();
  } finally {
    Math.random = original;
  }
}
