import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folder } from '@ganzoo/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-folder-'));
});
afterEach(() => rm(dir, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const files = (entries: Record<string, string>): Map<string, Uint8Array> => new Map(Object.entries(entries).map(([name, text]) => [name, bytes(text)]));

test('writes nested files, reads them back, and leaves nothing else behind', async () => {
  const path = join(dir, 'runs', 'one');
  const store = folder(path);
  expect(store.describe).toBe(path);
  await store.commit(files({ 'generator/weights/1.bin': 'w', 'model.json': 'm' }));
  expect(await store.read('generator/weights/1.bin')).toEqual(bytes('w'));
  expect(await readFile(join(path, 'model.json'), 'utf8')).toBe('m');
  expect((await readdir(path, { recursive: true })).sort()).toEqual([
    'generator',
    join('generator', 'weights'),
    join('generator', 'weights', '1.bin'),
    'model.json',
  ]);
  await store.commit(files({ 'model.json': 'newer' }));
  expect(await store.read('model.json')).toEqual(bytes('newer'));
});

test('a missing file is undefined; a folder in its place is an error', async () => {
  const store = folder(dir);
  expect(await store.read('none')).toBeUndefined();
  expect(await folder(join(dir, 'nowhere')).read('a/b')).toBeUndefined();
  await writeFile(join(dir, 'file'), '');
  expect(await store.read('file/inside')).toBeUndefined();
  await mkdir(join(dir, 'sub'));
  await expect(store.read('sub')).rejects.toThrow(/cannot read 'sub'/);
});

test('a write that fails leaves every old file and no temporary', async () => {
  const store = folder(dir);
  await store.commit(files({ a: 'old a', b: 'old b' }));
  // 'b' cannot be a folder, so 'b/c' fails after 'a' has been written aside.
  await expect(store.commit(files({ a: 'new a', 'b/c': 'x' }))).rejects.toThrow(/cannot write 'b\/c' in /);
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('old a');
  expect((await readdir(dir)).sort()).toEqual(['a', 'b']);
});

test('a renaming that fails leaves whole files and no temporary', async () => {
  const store = folder(dir);
  await mkdir(join(dir, 'taken'));
  await store.commit(files({ a: 'old', z: 'old' }));
  await expect(store.commit(files({ a: 'new', taken: 'x', z: 'new' }))).rejects.toThrow(/cannot write 'taken'/);
  // In the order given: what comes before the failure is new, what comes after is old.
  expect(await readFile(join(dir, 'a'), 'utf8')).toBe('new');
  expect(await readFile(join(dir, 'z'), 'utf8')).toBe('old');
  expect((await readdir(dir)).sort()).toEqual(['a', 'taken', 'z']);
});

test('a store goes on after a failure, and its commits do not mix', async () => {
  const store = folder(dir);
  const failing = store.commit(files({ '../x': 'x' }));
  const big = 'x'.repeat(3_000_000);
  const rounds = [1, 2, 3, 4].map((i) => store.commit(files({ first: `${i}${big}`, second: `${i}` })));
  await expect(failing).rejects.toThrow(/no name for a file/);
  await Promise.all(rounds);
  expect((await readFile(join(dir, 'first'), 'utf8'))[0]).toBe('4');
  expect(await readFile(join(dir, 'second'), 'utf8')).toBe('4');
});

test.each(['../out', 'a/../../out', '/etc/out', '..', '.', '', 'a//b', 'a/', 'a\\..\\b', 'C:out', 'C:/out', 'nul\0'])('refuses the name %j', async (name) => {
  const inner = folder(join(dir, 'inner'));
  await expect(
    inner.commit(
      new Map([
        ['fine', bytes('x')],
        [name, bytes('x')],
      ]),
    ),
  ).rejects.toThrow(/is no name for a file here/);
  await expect(inner.read(name)).rejects.toThrow(/is no name for a file here/);
  expect(await readdir(dir)).toEqual([]);
});

test('refuses an empty path', () => {
  expect(() => folder('')).toThrow(/path of a folder/);
});
