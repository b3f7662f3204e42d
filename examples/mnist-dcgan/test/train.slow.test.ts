import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'ganzoo-example-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const command = (...args: string[]): string[] => {
  const source = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  return [...source, '--import', 'tsx', 'examples/mnist-dcgan/train.ts', ...args];
};
const train = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, command(...args), { cwd: root, encoding: 'utf8' });
const namedIn = (stdout: string): string[] => [...stdout.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1] as string);
const stepsIn = (log: string): number[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);

it('trains, draws and saves, names files that are there, and replaces an earlier run', () => {
  const samples = join(out, 'samples');
  mkdirSync(samples);
  for (const file of ['log.jsonl', 'samples/step-000100.png', 'samples/mine.png']) writeFileSync(join(out, file), 'earlier');
  const { status, stdout, stderr } = train('--steps', '3', '--seed', '3', '--batch-size', '8', '--out', out);
  expect(stderr).toContain('step 3/3');
  expect(status).toBe(0);
  expect(stdout).toContain('3 steps of 8 digits, seed 3, on wasm');
  const named = namedIn(stdout);
  expect(named).toHaveLength(4);
  for (const file of named) expect(existsSync(file), file).toBe(true);
  const picture = decode(readFileSync(named[0] as string));
  expect(Math.min(picture.width, picture.height)).toBeGreaterThan(8 * 28);
  expect(new Set(picture.data).size).toBeGreaterThan(50);

  expect(stdout).toContain(`Replacing an earlier run: ${join(out, 'log.jsonl')}, and pictures in ${samples}: 1.`);
  expect(readdirSync(samples).sort()).toEqual(['mine.png', 'step-000000.png', 'step-000003.png']);
  // The header, the last step's judgement, and its losses.
  expect(stepsIn(join(out, 'log.jsonl'))).toEqual([0, 3, 3]);
  const verdict = /^By 2,000 digits: classifier score (\S+) \(real ones (\S+)\), Fréchet classifier distance (\S+) \(real ones (\S+)\)$/m.exec(stdout);
  const [score, realScore, distance, realDistance] = (verdict ?? []).slice(1).map(Number) as [number, number, number, number];
  // Three steps draw no digits yet.
  expect([score < 5, realScore > 9, distance > 50, realDistance < 2]).toEqual([true, true, true, true]);
  expect(JSON.parse(readFileSync(join(out, 'best/best.json'), 'utf8'))).toMatchObject({ metric: 'digits/distance', step: 3 });
});

it.skipIf(process.platform === 'win32')('saves and ends cleanly on Ctrl-C', async () => {
  const interrupted = join(out, 'interrupted');
  const child = spawn(process.execPath, command('--steps', '5000', '--batch-size', '8', '--out', interrupted), { cwd: root });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (texts[name] += String(chunk)));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const isTraining = (): boolean => existsSync(join(interrupted, 'log.jsonl')) && readFileSync(join(interrupted, 'log.jsonl'), 'utf8').includes('"step":10,');
  while (child.exitCode === null && !isTraining()) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(texts.stdout).toContain('Stopping after this step and saving.');
  expect(texts.stdout).toMatch(/^Stopped at step \d+ of 5000 in /m);
  const named = namedIn(texts.stdout);
  expect(named).toHaveLength(4);
  for (const file of named) expect(existsSync(file), file).toBe(true);
});

it.each([
  [['--steps', 'many'], "[ganzoo/example] --steps must be an integer of at least 1, got 'many'."],
  [['--seed=-1'], "[ganzoo/example] --seed must be an integer of at least 0, got '-1'."],
  [['--batch-size', ''], "[ganzoo/example] --batch-size must be an integer of at least 1, got ''."],
  [['--backend', 'gpu'], "[ganzoo/node/backend] backend must be one of 'auto', 'tensorflow', 'webgpu', 'wasm', 'cpu', got 'gpu'."],
  [['--stpes', '3'], "Unknown option '--stpes'"],
])('says in one line what is wrong with %j, before it trains', (args, message) => {
  const { status, stdout, stderr } = train(...args, '--out', join(out, 'refused'));
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
