import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/compare-variants/train.ts', ...args], { cwd: root, encoding: 'utf8' });
};

it('puts four variants of the same budget into one table and one picture', () => {
  const { status, stdout, stderr } = train('--steps', '2', '--seed', '3', '--batch-size', '4', '--out', out);
  expect(stderr.match(/step 2\/2/g)).toHaveLength(4);
  expect(status, stderr).toBe(0);
  const table = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(table[0]).toEqual(['variant', 'steps', 'seconds', 'real images', 'images/s', 'discriminator', 'generator']);
  // A WGAN-GP's critic takes five batches a step.
  expect(table.slice(1, 5).map(([name, steps, , images]) => [name, steps, images])).toEqual([
    ['vanillaGan', '2', '8'],
    ['dcgan', '2', '8'],
    ['lsgan', '2', '8'],
    ['wganGp', '2', '40'],
  ]);
  for (const [name, ...numbers] of table.slice(1, 5)) expect(numbers.map(Number).every(Number.isFinite), name).toBe(true);

  expect(readdirSync(out)).toEqual(['samples.png']);
  const { width, height, channels, data } = decode(readFileSync(join(out, 'samples.png')));
  expect([width, height, channels]).toEqual([16 * 30 + 2, 4 * 30 + 2, 1]);
  // No row is empty, and no two are alike.
  const rows = [0, 1, 2, 3].map((row) => Array.from(data.slice((2 + 30 * row) * width, (30 + 30 * row) * width)));
  for (const row of rows) expect(new Set(row).size).toBeGreaterThan(10);
  expect(new Set(rows.map(String)).size).toBe(4);
});

it.each([
  [['--steps', '0'], '[ganzoo/example] --steps must be an integer of at least 1, got 0.'],
  [['--stpes', '3'], "Unknown option '--stpes'"],
])('says in one line what is wrong with %j, before it trains', (args, message) => {
  const { status, stdout, stderr } = train(...args, '--out', join(out, 'refused'));
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
