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

/** Box and Muller's pairs; Math.log and Math.cos are the same everywhere V8 runs. */
function gaussian(integer: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - unit(integer)));
    const angle = 2 * Math.PI * unit(integer);
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
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
