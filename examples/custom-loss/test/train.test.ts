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
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/custom-loss/train.ts', ...args], { cwd: root, encoding: 'utf8' });
};

it('trains by the loss written there and by the one added to it, each under its name', () => {
  const { status, stdout, stderr } = train('--steps', '3', '--seed', '3', '--out', out);
  expect(stderr).toContain('step 3/3');
  expect(status, stderr).toBe(0);
  const terms = [...stdout.split('\n')[0]!.matchAll(/(\w+\/\w+) (-?\d+\.\d{3})/g)].map(([, term, value]) => [term, Number(value)] as const);
  expect(terms.map(([term]) => term)).toEqual([
    'discriminator/real',
    'discriminator/fake',
    'discriminator/gradientPenalty',
    'generator/fake',
    'generator/features',
  ]);
  for (const [term, value] of terms) expect(value, term).toBeGreaterThan(0);
  expect(stdout).toMatch(/^Of 2,500 samples \d+\.\d % lie within three standard deviations of one of \d modes out of 8;/m);
  expect(readdirSync(out).sort()).toEqual(['step-000000.png', 'step-000003.png']);
  const { width, height, data } = decode(readFileSync(join(out, 'step-000003.png')));
  expect([width, height]).toEqual([512, 512]);
  expect(new Set(data).size).toBeGreaterThan(20);
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
