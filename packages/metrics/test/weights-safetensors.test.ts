import { GanzooError } from '@ganzoo/core';
import { expect, test } from 'vitest';
import { readWeights } from '../src/weights/read.ts';
import { readSafetensors, writeSafetensors } from '../src/weights/safetensors.ts';

/** As the format's specification lays a file out. */
function file(header: unknown, ...data: number[]): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(new TextEncoder().encode(json), 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** 1 and -2; 1 and -0.5; -2. */
const bytes = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0x3c, 0, 0xb8, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

const small = file(
  {
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
    h: { dtype: 'F16', shape: [2], data_offsets: [8, 12] },
    n: { dtype: 'I64', shape: [], data_offsets: [12, 20] },
  },
  ...bytes,
);

test('floats, halves and integers are read, wherever they lie', () => {
  // The header's length leaves the values unaligned here, and Buffer.slice() does not copy.
  for (const bytes of [small, Buffer.from(small)]) {
    const { tensors, metadata } = readSafetensors(bytes, 'x');
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors]).toEqual([
      ['a', { shape: [1, 2], values: Float32Array.of(1, -2) }],
      ['h', { shape: [2], values: Float32Array.of(1, -0.5) }],
      ['n', { shape: [], values: BigInt64Array.of(-2n) }],
    ]);
    expect(readWeights(bytes, 'x')).toEqual(tensors);
  }
});

test('what is written is read', () => {
  const tensors = new Map([
    ['é', { shape: [3], values: Float32Array.of(1, NaN, -0) }],
    ['n', { shape: [2], values: BigInt64Array.of(1n, -1n) }],
    ['none', { shape: [0], values: new Float32Array() }],
  ]);
  expect(readSafetensors(writeSafetensors(tensors, { a: 'b' }), 'x')).toEqual({ tensors, metadata: { a: 'b' } });
});

test('a file cut off anywhere is refused', () => {
  for (let length = 0; length < small.length; length++) expect(() => readSafetensors(small.subarray(0, length), 'x'), `${length}`).toThrow(GanzooError);
});

test.each<[string, unknown, string]>([
  ['no JSON', '{"a": ', "'x' is not a whole safetensors file: its header is no JSON object. Get the file again."],
  ['another type', { a: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } }, "'a' in 'x' is of type F64. Understood: F32, F16, I64."],
  ['no place', { a: { dtype: 'F32', shape: [1] } }, "'a' has no place"],
  ['no shape', { a: { dtype: 'F32', data_offsets: [0, 4] } }, 'has a shape that is not a list of sizes'],
  ['a negative size', { a: { dtype: 'F32', shape: [-1], data_offsets: [4, 0] } }, 'has a shape that is not a list of sizes'],
  ['a shape of another size', { a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, "'a' should have 8 bytes, but has 4"],
  ['a place before the values', { a: { dtype: 'F32', shape: [1], data_offsets: [-4, 0] } }, "'a' should end at byte"],
  ['a place beyond the file', { a: { dtype: 'F32', shape: [1], data_offsets: [8, 12] } }, "'a' should end at byte"],
  ['nothing', { a: null }, "'a' in 'x' is of type undefined"],
])('%s is refused', (_, header, message) => {
  expect(() => readSafetensors(file(header, 0, 0, 0, 0, 0, 0, 0, 0), 'x')).toThrow(message);
});
