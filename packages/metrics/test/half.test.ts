import { expect, test } from 'vitest';
import { decodeHalf, encodeHalf } from '../src/half.ts';

test('half precision comes back as it went, all of it', () => {
  const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0);
  expect(encodeHalf(decodeHalf(every))).toEqual(every);
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65520, 0x7c00],
  [1e9, 0x7c00],
  [-1e9, 0xfc00],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1.5 * 2 ** -24, 0x0002],
  [1e-9, 0x0000],
  // Halfway between two goes to the even one.
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [1 + 2 ** -11 + 2 ** -20, 0x3c01],
])('%f is rounded to the nearest', (value, bits) => {
  expect(encodeHalf(Float32Array.of(value))[0]).toBe(bits);
});

test('what is no number stays so', () => {
  expect(decodeHalf(encodeHalf(Float32Array.of(Number.NaN)))[0]).toBeNaN();
});
