import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ganzoo-example-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const train = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const source = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/image-folder/train.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: join(out, 'cache') },
  });
};

it('makes a folder of images, trains on it, and goes on', () => {
  const run = join(out, 'run');
  const first = train('--demo', '--steps', '2', '--size', '16', '--out', run);
  expect(first.status, first.stderr).toBe(0);
  expect(readdirSync(join(run, 'images'))).toHaveLength(500);
  expect(first.stdout).toContain('2 of 2 steps');
  const picture = decode(readFileSync(join(run, 'samples/step-000002.png')));
  expect([picture.channels, new Set(picture.data).size > 50]).toEqual([3, true]);
  const second = train('--demo', '--steps', '3', '--size', '16', '--out', run);
  expect(second.status, second.stderr).toBe(0);
  expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).parts.map(({ from }: { from: number }) => from)).toEqual([0, 2]);
  expect(existsSync(join(run, 'report.html'))).toBe(true);

  // A folder with a file that is no image.
  const photos = join(out, 'photos');
  mkdirSync(photos);
  for (let i = 0; i < 40; i++) cpSync(join(run, 'images', `${i}.png`), join(photos, `${i}.png`));
  writeFileSync(join(photos, 'broken.jpg'), 'no image');
  const third = train(photos, '--steps', '1', '--size', '8', '--out', join(out, 'third'));
  expect(third.status, third.stderr).toBe(0);
  expect(third.stderr).toMatch(/^Left out: broken\.jpg: /m);
  expect(third.stdout).toContain(`on 40 images of ${photos}`);
});

it('says what to give it', () => {
  const { status, stderr } = train();
  expect([status, stderr]).toEqual([1, expect.stringContaining('give one folder of images: npm run example image-folder -- ./photos.')]);
});
