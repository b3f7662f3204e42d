import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/mnist-dcgan/train.ts', ...args], { cwd: root, encoding: 'utf8' });
};

it('trains, draws and saves, and names files that are there', () => {
  const { status, stdout, stderr } = train('--steps', '3', '--seed', '3', '--batch-size', '8', '--out', out);
  expect(stderr).toContain('step 3/3');
  expect(status).toBe(0);
  expect(stdout).toContain('3 steps of 8 digits, seed 3, on wasm');
  const named = [...stdout.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1] as string);
  expect(named).toHaveLength(4);
  for (const file of named) expect(existsSync(file), file).toBe(true);
  const picture = decode(readFileSync(named[0] as string));
  expect(Math.min(picture.width, picture.height)).toBeGreaterThan(8 * 28);
  expect(new Set(picture.data).size).toBeGreaterThan(50);
});

it('says what is wrong with a bad option', () => {
  const { status, stderr } = train('--steps', 'many', '--out', out);
  expect(status).not.toBe(0);
  expect(stderr).toContain('steps must be an integer of at least 1, got NaN');
});
