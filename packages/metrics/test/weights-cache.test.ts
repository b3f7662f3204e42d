import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCached, writeCached } from '../src/weights/cache.ts';

const tensors = new Map([
  ['a', { shape: [2], values: Float32Array.of(1, 2) }],
  ['b', { shape: [1, 1], values: Float32Array.of(3) }],
]);
let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ganzoo-weights-'));
  path = join(folder, 'deep', 'x.safetensors');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what is written is read, and nothing lies beside it', async () => {
  expect(await readCached(path)).toBeUndefined();
  await writeCached(path, tensors);
  await writeCached(path, tensors);
  expect(await readCached(path)).toEqual(tensors);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['x.safetensors']);
});

test('a copy of which any bit is altered, or which is cut off, counts as none', async () => {
  await writeCached(path, tensors);
  const whole = readFileSync(path);
  for (let i = 0; i < whole.length; i++) {
    const altered = Buffer.from(whole);
    altered[i] = (altered[i] as number) ^ 1;
    writeFileSync(path, altered);
    const found = await readCached(path);
    // Spaces behind the header mean nothing.
    if (found !== undefined) expect(found).toEqual(tensors);
    writeFileSync(path, whole.subarray(0, i));
    expect(await readCached(path), `${i} bytes`).toBeUndefined();
  }
  const last = Buffer.from(whole);
  last[last.length - 1] = (last.at(-1) as number) ^ 1;
  writeFileSync(path, last);
  expect(await readCached(path)).toBeUndefined();
});

test('where it cannot be written, that is said', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(writeCached(join(folder, 'file', 'x'), tensors)).rejects.toThrow(
    /cannot keep converted weights in .*(ENOTDIR|EEXIST).*Pass \{ cache \} with a folder that can be written to, or \{ cache: false \} to keep no copy\./,
  );
});
