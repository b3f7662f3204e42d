import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const train = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
  const source = process.env['GANZOO_BUILT'] === '1' ? [] : ['--conditions=@ganzoo/source'];
  return spawnSync(process.execPath, [...source, '--import', 'tsx', 'examples/choose-a-backend/train.ts', ...args], { cwd: root, encoding: 'utf8' });
};

it('says why a backend is refused, trains the same GAN on each other one, and names the one that is picked', () => {
  const { status, stdout, stderr } = train('--steps', '3', '--seed', '3');
  expect(status, stderr).toBe(0);
  const [answers, table, end] = stdout.split('\n\n') as [string, string, string];
  // A developer may have added TensorFlow or WebGPU.
  const taken = answers.split('\n').flatMap((line) => /^(\w+): taken\.$/.exec(line)?.[1] ?? []);
  expect(taken.slice(-2)).toEqual(['wasm', 'cpu']);
  if (!taken.includes('tensorflow')) expect(answers).toMatch(/^tensorflow: .*'@tensorflow\/tfjs-node': .+ 'auto'\.$/m);
  if (!taken.includes('webgpu')) expect(answers).toMatch(/^webgpu: .*'webgpu': .+ 'auto'\.$/m);
  expect(answers.split('\n')).toHaveLength(4);

  const [header, ...rows] = table.split('\n').map((line) => line.split(/ {2,}/));
  expect(header).toEqual(['backend', 'device', 'ms a step', 'discriminator', 'generator']);
  expect(rows.map(([backend]) => backend)).toEqual(taken);
  for (const [backend, device, ...numbers] of rows) {
    expect(device).toMatch(/^[CG]PU, /);
    expect(numbers, backend).toHaveLength(3);
    for (const number of numbers) expect(Number(number), backend).toBeGreaterThan(0);
    numbers.slice(1).forEach((loss, index) => expect(Number(loss), backend).toBeCloseTo(Number(rows[0]?.[index + 3]), 2));
  }
  const [best, device] = rows[0] as [string, string];
  // By itself, auto takes no GPU in software.
  if (best !== 'webgpu') expect(end).toBe(`useBackend() picks ${best}: ${device}.\n`);
});

it.each([
  [['--steps', '1'], '[ganzoo/example] --steps must be an integer of at least 2, got 1.'],
  [['--stpes', '3'], "Unknown option '--stpes'"],
])('says in one line what is wrong with %j, before it trains', (args, message) => {
  const { status, stdout, stderr } = train(...args);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
