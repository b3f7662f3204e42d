import type { WeightTensor } from '../../src/weights/tensor.ts';
import { publishedShapes } from '../../src/inception/parameters.ts';

/** Uniform in [-1, 1): FNV-1a of the name, an odd step for each index, and MurmurHash3's finalizer, as in twin.py. */
function hashed(name: string): (index: number) => number {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return (index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  };
}

/** The weights of the twin in twin.py, which made its expected features. */
export function hashWeights(): Map<string, WeightTensor> {
  return new Map([...publishedShapes()].map(([name, shape]) => [name, hashTensor(name, shape)]));
}

function hashTensor(name: string, shape: readonly number[]): WeightTensor {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const scales: Readonly<Record<string, readonly [number, number]>> = {
    'conv.weight': [0, Math.sqrt(6 / fanIn)],
    'bn.weight': [1, 0.25],
    'bn.bias': [0, 0.25],
    'bn.running_mean': [0, 0.25],
    'bn.running_var': [1, 0.5],
    'fc.weight': [0, Math.sqrt(6 / fanIn)],
    'fc.bias': [0, 1],
  };
  const [center, spread] = scales[name.split('.').slice(-2).join('.')] as readonly [number, number];
  const draw = hashed(name);
  const values = new Float32Array(fanIn * (shape[0] as number));
  for (let i = 0; i < values.length; i++) values[i] = center + spread * draw(i);
  return { shape, values };
}

/** The two images of twin.py: whole numbers from 0 to 255, [2, 24, 40, 3]. */
export function hashImages(): Float32Array {
  return Float32Array.from([0, 1].flatMap((image) => Array.from({ length: 24 * 40 * 3 }, (_, i) => Math.floor((hashed(`image ${image}`)(i) + 1) * 128))));
}
