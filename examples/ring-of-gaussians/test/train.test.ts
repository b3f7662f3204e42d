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
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/ring-of-gaussians/train.ts', ...args], { cwd: root, encoding: 'utf8' });
};

it('trains, draws the points on the way and counts the modes', () => {
  const { status, stdout, stderr } = train('--steps', '3', '--seed', '3', '--out', out);
  expect(stderr).toContain('step 3/3');
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^ {2}\d of 8 modes have some, counter-clockwise from the right (\d+, ){7}\d+$/m);
  expect(stdout).toMatch(/^ {2}\d+\.\d % lie within/m);
  expect(stdout).toContain(`Look at ${join(out, 'step-000003.png')}`);
  expect(readdirSync(out).sort()).toEqual(['step-000000.png', 'step-000003.png']);
  const [before, after] = ['step-000000.png', 'step-000003.png'].map((name) => decode(readFileSync(join(out, name))));
  expect([before?.width, before?.height, before?.channels]).toEqual([512, 512, 1]);
  // Paper, and dots on it; others after three steps.
  expect(new Set(before?.data).size).toBeGreaterThan(20);
  expect(after?.data).not.toEqual(before?.data);
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
