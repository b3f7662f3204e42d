import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tensorBoard } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { decode } from 'fast-png';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fakeRun } from './fake-run.ts';

const python = process.env['GANZOO_PYTHON'] ?? 'python3';
const reader = fileURLToPath(new URL('tensor-board-read.py', import.meta.url));

interface Shown {
  readonly classic: {
    readonly scalars: Readonly<Record<string, readonly [number, number | 'nan'][]>>;
    readonly images: Readonly<Record<string, readonly { step: number; width: number; height: number; png: string }[]>>;
    readonly texts: Readonly<Record<string, readonly [number, string][]>>;
  };
  readonly by_plugin: Readonly<Record<string, { readonly plugin: string; readonly steps: readonly number[] }>>;
}

let dir = '';
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-tensor-board-'));
});
afterEach(() => rm(dir, { recursive: true }));

function isMissing(): boolean {
  if (process.env['CI'] === 'true' || spawnSync(python, ['-c', 'import tensorboard']).status === 0) return false;
  console.warn('NOT RUN: reading event files with TensorBoard needs Python with the package tensorboard, as python3 or named by GANZOO_PYTHON.');
  return true;
}

function shown(): Shown {
  return JSON.parse(execFileSync(python, [reader, dir], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as Shown;
}

/** Trains by hand from one step to another; the losses tell which part of the run they are of. */
async function train(from: number, to: number, part: number, options: { readonly ends?: boolean } = {}): Promise<void> {
  const callback = tensorBoard({ dir, every: 10, samples: { every: 20, count: 4 } });
  const run = fakeRun({
    step: from,
    steps: 100,
    losses: async () => ({ 'discriminator/real': part + run.step / 1000, 'generator/fake': -run.step }),
    sample: (count) => tf.tidy(() => tf.fill([count, 4, 4, 1], run.step / 100)),
  });
  await callback.onStart?.(run);
  for (run.step = from + 1; run.step <= to; run.step++) {
    await callback.onStep?.(run);
    if (run.step % 30 === 0) await callback.onRecord?.(run, { 'kid/mean': part, score: run.step === 30 ? Number.NaN : run.step });
  }
  run.step = to;
  if (options.ends !== false) await callback.onEnd?.(run);
}

const steps = (values: readonly (readonly [number, unknown])[] | undefined): number[] | undefined => values?.map(([step]) => step);

test('TensorBoard reads the values that were written', async () => {
  if (isMissing()) return;
  await train(0, 45, 0);
  const { classic, by_plugin } = shown();
  expect(steps(classic.scalars['discriminator/real'])).toEqual([10, 20, 30, 40, 45]);
  expect(classic.scalars['discriminator/real']?.[3]?.[1]).toBe(Math.fround(0.04));
  expect(classic.scalars['generator/fake']?.at(-1)).toEqual([45, -45]);
  expect(classic.scalars['kid/mean']).toEqual([[30, 0]]);
  expect(classic.scalars['score']).toEqual([[30, 'nan']]);
  expect(classic.images['samples']?.map(({ step }) => step)).toEqual([0, 20, 40, 45]);
  const [, , picture] = classic.images['samples'] ?? [];
  expect(picture).toMatchObject({ width: 14, height: 14 });
  expect(decode(Buffer.from(picture?.png ?? '', 'base64')).data[2 * 14 + 2]).toBe(Math.round(1.4 * 127.5));
  const [step, text] = classic.texts['configuration']?.[0] ?? [];
  expect(step).toBe(0);
  expect(JSON.parse(text as string)).toEqual({ gan: { name: 'fake', config: { latentDim: 2 } }, seed: 7, batchSize: 64, backend: 'cpu', from: 0, steps: 100 });
  expect(Object.fromEntries(Object.entries(by_plugin).map(([tag, { plugin }]) => [tag, plugin]))).toEqual({
    'discriminator/real': 'scalars',
    'generator/fake': 'scalars',
    'kid/mean': 'scalars',
    score: 'scalars',
    samples: 'images',
    configuration: 'text',
  });
});

test('a run that was killed and went on from a checkpoint is one history', async () => {
  if (isMissing()) return;
  await train(0, 67, 0, { ends: false });
  await cutLastRecord();
  await train(40, 100, 1);
  expect(await readdir(dir)).toHaveLength(2);
  const { classic, by_plugin } = shown();
  expect(classic.scalars['discriminator/real']?.map(([at, value]) => [at, Math.floor(value as number)])).toEqual([
    [10, 0],
    [20, 0],
    [30, 0],
    [40, 0],
    ...[50, 60, 70, 80, 90, 100].map((at) => [at, 1]),
  ]);
  expect(classic.scalars['kid/mean']).toEqual([
    [30, 0],
    [60, 1],
    [90, 1],
  ]);
  expect(classic.images['samples']?.map(({ step }) => step)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(steps(classic.texts['configuration'])).toEqual([0, 40]);
  expect(by_plugin['discriminator/real']?.steps).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(by_plugin['samples']?.steps).toEqual([0, 20, 40, 60, 80, 100]);
});

test('a run that begins anew in the folder takes the place of what is there', async () => {
  if (isMissing()) return;
  await train(0, 60, 0);
  await train(0, 30, 1);
  const { classic, by_plugin } = shown();
  expect(steps(classic.scalars['generator/fake'])).toEqual([10, 20, 30]);
  expect(classic.scalars['discriminator/real']?.every(([, value]) => (value as number) >= 1)).toBe(true);
  expect(by_plugin['samples']?.steps).toEqual([0, 20, 30]);
});

test('a file that is garbage at its end shows what comes before', async () => {
  if (isMissing()) return;
  await train(0, 30, 0);
  const [first] = await readdir(dir);
  await appendFile(join(dir, first as string), new Uint8Array(100).fill(170));
  await writeFile(join(dir, 'events.out.tfevents.0000000001.elsewhere'), '');
  expect(steps(shown().classic.scalars['generator/fake'])).toEqual([10, 20, 30]);
});

/** The server's own reader is another one than those above, and is written in Rust. */
test('the server serves it as one history', async () => {
  if (isMissing()) return;
  await train(0, 67, 0, { ends: false });
  await cutLastRecord();
  await train(40, 100, 1);
  const port = await freePort();
  const args = ['-m', 'tensorboard.main', '--logdir', dir, '--port', String(port), '--host', '127.0.0.1', '--load_fast', 'true'];
  const server = spawn(python, args, { stdio: 'ignore' });
  try {
    const scalars = await served(
      server,
      port,
      'scalars/scalars?run=.&tag=discriminator%2Freal',
      (rows: [number, number, number][]) => rows.at(-1)?.[1] === 100,
    );
    expect(scalars.map(([, step, value]) => [step, Math.floor(value)])).toEqual([
      ...[10, 20, 30, 40].map((at) => [at, 0]),
      ...[50, 60, 70, 80, 90, 100].map((at) => [at, 1]),
    ]);
    const images = await served(server, port, 'images/images?run=.&tag=samples&sample=0', (rows: { step: number }[]) => rows.at(-1)?.step === 100);
    expect(images.map(({ step }) => step)).toEqual([0, 20, 40, 60, 80, 100]);
    const texts = await served(server, port, 'text/text?run=.&tag=configuration', (rows: { step: number; text: string }[]) => rows.length === 2);
    expect(texts.map(({ step }) => step)).toEqual([0, 40]);
    expect(texts[0]?.text).toMatch(/<pre><code>.*latentDim/s);
  } finally {
    server.kill();
  }
});

/** As by a power failure. */
async function cutLastRecord(): Promise<void> {
  const path = join(dir, (await readdir(dir))[0] as string);
  await truncate(path, (await readFile(path)).length - 5);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the web page would ask for, as soon as the server has read it all. */
async function served<T>(server: ChildProcess, port: number, query: string, isWhole: (answer: T) => boolean): Promise<T> {
  let answer: T | undefined;
  for (let attempt = 0; attempt < 120 && !(answer && isWhole(answer)); attempt++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    if (attempt > 0) await after(500);
    const response = await fetch(`http://127.0.0.1:${port}/data/plugin/${query}`).catch(() => undefined);
    if (response?.ok) answer = (await response.json()) as T;
  }
  if (!answer) throw new Error(`the server did not answer ${query}`);
  return answer;
}
