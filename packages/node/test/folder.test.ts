import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
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

/** Commits until it is killed. */
const committing = (path: string): string => `
  import { folder } from '@ganzoo/node';
  const store = folder(${JSON.stringify(path)});
  const file = new Uint8Array(20_000_000);
  for (;;) await store.commit(new Map([['a', file], ['b', file], ['c', file]]));
`;
const conditions = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];

test.skipIf(process.platform === 'win32')('sweeps what a killed process left behind, and nothing of a live one', async () => {
  const path = join(dir, 'killed');
  const args = [...conditions, '--import', 'tsx', '--input-type=module', '--eval', committing(path)];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: 'ignore' });
  const temporaries = async (): Promise<string[]> => (await readdir(path).catch(() => [])).filter((name) => name.endsWith('.tmp'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  while (child.exitCode === null && (await temporaries()).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  // Stopped first: it is alive, and this commit must leave it alone.
  child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const left = await temporaries();
  expect(left.length).toBeGreaterThan(0);
  await folder(path).commit(files({ 'model.json': 'm' }));
  expect(await temporaries()).toEqual(left);
  child.kill('SIGKILL');
  await ended;
  await folder(path).commit(files({ 'model.json': 'm' }));
  expect(await temporaries()).toEqual([]);
});

test('sweeps temporaries older than a day whoever made them, and never a file of another name', async () => {
  const id = 'd7ee1f5d-3c63-4c4c-9b0c-5f6a1d0c2e11';
  const [old, young, foreign] = [`.model.json.${id}.tmp`, `.weights.bin.${id}.tmp`, '.notes.tmp'];
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  for (const name of [old, young, foreign]) await writeFile(join(dir, name), '');
  for (const name of [old, foreign]) await utimes(join(dir, name), yesterday, yesterday);
  await folder(dir).commit(files({ a: 'a' }));
  expect((await readdir(dir)).sort()).toEqual([foreign, young, 'a'].sort());
});

test.runIf(process.platform === 'linux')('refuses a folder that cannot be made, where Node would try for ever', () => {
  const program = `
    import { folder, jsonLog } from '@ganzoo/node';
    for (const attempt of [() => folder('/proc/ganzoo/x').commit(new Map([['a', new Uint8Array(1)]])), () => jsonLog({ path: '/proc/ganzoo/log.jsonl' }).onStart({})])
      await attempt().catch((error) => console.log(error.message));
  `;
  const args = [...conditions, '--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' });
  expect(stdout).toContain("[ganzoo/node/folder] cannot write 'a' in /proc/ganzoo/x: ENOENT");
  expect(stdout).toContain('[ganzoo/node/json-log] cannot write /proc/ganzoo/log.jsonl: ENOENT');
});

test('refuses an empty path', () => {
  expect(() => folder('')).toThrow(/path of a folder/);
});
