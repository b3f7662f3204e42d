import { GanzooError } from '@ganzoo/core';
import { unzipSync, zipSync } from 'fflate';

const SCOPE = 'metrics/npz';

/** An array as NumPy writes it, in double precision. Of a matrix in Fortran order the values are those of its transpose: a covariance is its own. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy aligns the values to so many bytes. */
const alignment = 64;

/**
 * Reads arrays of a `.npz` file, NumPy's zip of `.npy` files, stored or deflated. Other arrays in it are left alone.
 *
 * @param names arrays the file must have
 * @throws GanzooError when it is no such file, lacks an array, or has one that is not of real floating-point numbers
 */
export function readNpz<N extends string>(bytes: Uint8Array, names: readonly N[]): Record<N, NpyArray> {
  const present: string[] = [];
  const files = unzip(bytes, (name) => {
    present.push(name);
    return names.some((wanted) => name === `${wanted}.npy`);
  });
  const missing = names.filter((name) => !files[`${name}.npy`]);
  if (missing.length > 0) {
    const found = present.length > 0 ? present.map((name) => name.replace(/\.npy$/, '')).join(', ') : 'nothing';
    throw new GanzooError(SCOPE, `the file lacks ${missing.join(' and ')}; it has ${found}. Give one that numpy.savez(path, mu=..., sigma=...) wrote.`);
  }
  return Object.fromEntries(names.map((name) => [name, readNpy(name, files[`${name}.npy`] as Uint8Array)])) as Record<N, NpyArray>;
}

/** A `.npz` file of float64 arrays, stored as `numpy.savez` does. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array<ArrayBuffer> {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  // The first day a zip can name: the same statistics make the same file.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}

function unzip(bytes: Uint8Array, isWanted: (name: string) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => isWanted(name) });
  } catch (cause) {
    throw new GanzooError(SCOPE, `these ${bytes.length} bytes are not a whole .npz file (a zip of .npy files).`, { cause });
  }
}

function readNpy(name: string, bytes: Uint8Array): NpyArray {
  const broken = (what: string): GanzooError => new GanzooError(SCOPE, `the array ${name} ${what}; write it again with numpy.savez.`);
  if (bytes.length < 12 || magic.some((byte, index) => bytes[index] !== byte)) throw broken('is not in the .npy format');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The length of the header is of 2 bytes in version 1, of 4 in later ones.
  const start = bytes[6] === 1 ? 10 : 12;
  const end = start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || sizes === undefined) throw broken(`has a header that cannot be read: ${header.trim()}`);
  const [, endian, width] = /^([<>=])f([48])$/.exec(type) ?? [];
  if (endian === undefined) throw broken(`is of type '${type}', not of float64 or float32 numbers`);
  // Of Python 2 a size may be a long, '2048L'.
  const shape = Array.from(sizes.matchAll(/\d+/g), ([size]) => Number(size));
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - end < count * Number(width)) throw broken(`of shape (${shape.join(', ')}) ends after ${bytes.length - end} bytes`);
  return { shape, values: readValues(new DataView(view.buffer, view.byteOffset + end), count, Number(width), endian !== '>') };
}

function readValues(view: DataView, count: number, width: number, isLittle: boolean): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = width === 8 ? view.getFloat64(8 * i, isLittle) : view.getFloat32(4 * i, isLittle);
  return values;
}

function writeNpy({ shape, values }: NpyArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = magic.length + 4;
  const padded = `${header.padEnd(Math.ceil((start + header.length + 1) / alignment) * alignment - start - 1)}\n`;
  const bytes = new Uint8Array(start + padded.length + 8 * values.length);
  bytes.set([...magic, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), start);
  values.forEach((value, index) => view.setFloat64(start + padded.length + 8 * index, value, true));
  return bytes;
}
