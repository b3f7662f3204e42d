import { readFileSync } from 'node:fs';
import { FeatureStatistics } from '@ganzoo/metrics';
import { strToU8, zipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { cloud, expectMoments, moments } from './clouds.ts';
import type { Flat } from './clouds.ts';

const written = (name: string): Uint8Array => readFileSync(new URL(name, import.meta.url));

// numpy.savez(path, mu=x.mean(axis=0), sigma=numpy.cov(x, rowvar=False)), and compressed, float32, in Fortran order, beside other arrays.
const x: Flat = { dimensions: 3, values: Float64Array.of(1, 2, 4, 3, -1, 0, 0, 5, 2.5, 7, 1, 1) };

test('what numpy wrote', async () => {
  expectMoments(FeatureStatistics.fromNpz(written('statistics-numpy.npz')), moments(x), 1e-15);
  expectMoments(FeatureStatistics.fromNpz(written('statistics-numpy-float32-fortran.npz')), moments(x), 1e-7);
});

test('there and back, to the last bit; the same statistics make the same file', async () => {
  const statistics = await FeatureStatistics.of(cloud(50, 5, 7));
  const bytes = statistics.toNpz();
  const again = FeatureStatistics.fromNpz(bytes);
  expect(again.mean()).toEqual(statistics.mean());
  expect(again.covariance()).toEqual(statistics.covariance());
  expect([again.count, again.dimensions]).toEqual([undefined, 5]);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2001, 1, 1) });
  expect(again.toNpz()).toEqual(bytes);
  vi.useRealTimers();
  expect(FeatureStatistics.fromNpz(written('statistics-numpy.npz')).toNpz().length).toBeLessThanOrEqual(written('statistics-numpy.npz').length);
});

test('bytes that lie anywhere in a buffer', () => {
  const bytes = written('statistics-numpy.npz');
  const shifted = new Uint8Array(bytes.length + 5).subarray(5);
  shifted.set(bytes);
  expectMoments(FeatureStatistics.fromNpz(shifted), moments(x), 1e-15);
});

const npy = (header: string, bytes = 0): Uint8Array => {
  const start = `\x93NUMPY\x01\x00${String.fromCharCode(header.length % 256, header.length >> 8)}`;
  return Uint8Array.from([...`${start}${header}`].map((c) => c.charCodeAt(0)).concat(Array(bytes).fill(0)));
};
const header = (shape: string, type = '<f8'): string => `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }`;
const good = npy(header('2,'), 16);

test('sizes that Python 2 wrote as long integers', () => {
  const old = zipSync({ 'mu.npy': npy(header('2L,'), 16), 'sigma.npy': npy(header('2L, 2L'), 32) });
  expect(FeatureStatistics.fromNpz(old).mean()).toEqual(Float64Array.of(0, 0));
});

test.each<[string, Uint8Array, string]>([
  ['no zip', Uint8Array.of(1, 2, 3), 'not a whole .npz file'],
  ['cut off', written('statistics-numpy.npz').subarray(0, 300), 'not a whole .npz file'],
  ['another file', zipSync({ 'arr_0.npy': good }), 'lacks mu and sigma; it has arr_0'],
  ['half of it', zipSync({ 'mu.npy': good }), 'lacks sigma; it has mu'],
  ['no array', zipSync({ 'mu.npy': strToU8('hello there, this is text'), 'sigma.npy': good }), 'mu is not in the .npy format'],
  ['integers', zipSync({ 'mu.npy': npy(header('2,', '<i8'), 16), 'sigma.npy': good }), "mu is of type '<i8'"],
  ['too short', zipSync({ 'mu.npy': npy(header('2,'), 15), 'sigma.npy': good }), 'mu of shape (2) ends after 15 bytes'],
  ['sizes', zipSync({ 'mu.npy': good, 'sigma.npy': npy(header('2, 3'), 48) }), 'sigma [d, d], got [2] and [2, 3]'],
  ['a header', zipSync({ 'mu.npy': npy('{}'), 'sigma.npy': good }), 'cannot be read: {}'],
])('refuses: %s', (_, bytes, message) => {
  expect(() => FeatureStatistics.fromNpz(bytes)).toThrow(message);
});
