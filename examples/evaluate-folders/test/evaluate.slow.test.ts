import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ganzoo-example-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const [real, generated] = [join(out, 'real'), join(out, 'generated')];

const command = (...args: string[]): string[] => {
  const source = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  return [...source, '--import', 'tsx', 'examples/evaluate-folders/evaluate.ts', ...args];
};
const evaluate = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, command(...args), { cwd: root, encoding: 'utf8' });

/** The two numbers of each row, and of the score its one. */
function tableOf(stdout: string): Map<string, number[]> {
  const rows = (stdout.split('\n\n')[1] as string).split('\n').map((row) => row.split(/ {2,}/));
  expect(rows.map((cells) => cells.length)).toEqual(Array(8).fill(3));
  return new Map(rows.slice(1).map(([name, ...cells]) => [name as string, cells.map((cell) => Number.parseFloat(cell))]));
}

it('draws digits and noisy ones, tells them apart, and says the same when asked for the folders', () => {
  const demo = evaluate('--demo', '--samples', '120', '--out', out);
  expect(demo.status, demo.stderr).toBe(0);
  for (const folder of [real, generated]) expect(readdirSync(folder)).toHaveLength(120);
  expect(demo.stdout).toMatch(/^120 of 120 images of real \([0-9a-f]{8}\), 28 x 28 x 1, are real,\n120 of 120 images of generated \(/);
  expect(demo.stdout).toContain('judged by mnistClassifier 1.');
  for (const work of ['writing digits', `checking ${generated}`, 'features of the real images', 'comparing']) expect(demo.stderr).toContain(work);

  const table = tableOf(demo.stdout);
  const distances = ['Fréchet classifier distance', 'kernel distance (100 subsets of 30)'];
  const shares = ['precision (k = 3)', 'recall (k = 3)', 'density (k = 5)', 'coverage (k = 5)'];
  expect([...table.keys()]).toEqual([...distances, ...shares, 'classifier score (10 parts)']);
  // Of one distribution are the halves of the real images only.
  for (const name of distances) expect(table.get(name)?.[0], name).toBeGreaterThan(2 * (table.get(name)?.[1] as number));
  for (const name of shares) expect(table.get(name)?.[0], name).toBeLessThan(table.get(name)?.[1] as number);
  expect(table.get('precision (k = 3)')?.[1]).toBeGreaterThan(0.6);
  const [score] = table.get('classifier score (10 parts)') as [number];
  expect(score).toBeGreaterThan(1);
  expect(score).toBeLessThan(10);

  const again = evaluate(real, generated);
  expect(again.stdout).toBe(demo.stdout);
  expect(evaluate('--demo', '--out', out).stderr).toContain(`'${real}' is there already: give --out another folder, or compare what is there.`);
});

it('takes no more images than it is told, and none where they are too few', () => {
  const few = join(out, 'few');
  for (let i = 0; i < 25; i++) cpSync(join(real, `${i}.png`), join(few, `${i}.png`));
  const { status, stdout, stderr } = evaluate(few, generated, '--samples', '20');
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^20 of 25 images of few \(.+\n20 of 120 images of generated/);
  expect([...tableOf(stdout).keys()]).toContain('kernel distance (100 subsets of 5)');

  expect(evaluate(few, generated, '--samples', '26').stderr).toContain('26 images of either side are needed, but there are 25 real and 120 generated ones.');
  for (let i = 19; i < 25; i++) rmSync(join(few, `${i}.png`));
  expect(evaluate(few, generated).stderr).toContain('20 images of either side are needed, but there are 19 real and 120 generated ones.');
});

it.skipIf(process.platform === 'win32')('ends in one line on Ctrl-C', async () => {
  const child = spawn(process.execPath, command('--demo', '--samples', '4000', '--out', join(out, 'interrupted')), { cwd: root });
  let stderr = '';
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  child.stderr.on('data', (chunk) => {
    const before = stderr;
    stderr += String(chunk);
    if (stderr.includes('writing digits') && !before.includes('writing digits')) child.kill('SIGINT');
  });
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(stderr).toMatch(/writing digits[^\n]*\n\[ganzoo\/example\] stopped by Ctrl-C\.\n$/);
});

it.each([
  [
    [],
    '[ganzoo/example] give two folders of images, the real ones first, got 0: npm run example evaluate-folders -- real/ generated/. With none at hand, --demo',
  ],
  [['a', 'b', '--samples', '19'], '[ganzoo/example] --samples must be an integer of at least 20, got 19.'],
  [['a', 'b', '--extractor', 'inception'], '[ganzoo/example] --extractor inception needs --weights, the path of the published file or its URL, https://'],
  [['a', 'b', '--demo'], '[ganzoo/example] --demo makes its own folders'],
  [['a', 'b', '--weight', 'c'], "Unknown option '--weight'"],
])('says in one line what is wrong with %j, before it begins', (args, message) => {
  const { status, stdout, stderr } = evaluate(...args);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it.each([
  [[join(out, 'no'), real], "[ganzoo/datasets/imageFolder] there is no folder '"],
  [[real, real, '--weights', join(out, 'no.pth')], `[ganzoo/metrics/inception] cannot read '${join(out, 'no.pth')}': ENOENT`],
])('and in one line what is wrong with %j, when it looks', (args, message) => {
  const { status, stdout, stderr } = evaluate(...args);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n').at(-1)).toContain(message);
  expect(existsSync(join(out, 'no'))).toBe(false);
});
