/**
 * Trains every entry of `entries.ts` from ten seeds and keeps each result as soon as it is there: stopped and started again,
 * it goes on. `pnpm --filter @ganzoo/bench points [--only name] [--seeds 10] [--jobs 2]`. Results go to `results/points/`.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { entries, type Entry } from './entries.ts';
import type { Row } from './seed.ts';

/** One file of results. */
export interface Result {
  readonly entry: string;
  readonly data: string;
  readonly batchSize: number;
  readonly cpu: string;
  readonly node: string;
  /** Seeds trained at the same time, each on one thread. */
  readonly jobs: number;
  readonly gan: unknown;
  readonly rows: readonly Row[];
}

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, seeds: { type: 'string', default: '10' }, jobs: { type: 'string', default: '2' } },
});
const jobs = Number(values.jobs);
const folder = fileURLToPath(new URL('../../results/points/', import.meta.url));
mkdirSync(folder, { recursive: true });
const wanted = entries.filter(({ name }) => !values.only || values.only.some((pattern) => name.includes(pattern)));
if (wanted.length === 0) throw new Error(`no entry is called ${values.only?.join(', ')}. Entries: ${entries.map(({ name }) => name).join(', ')}.`);

// Seeds outermost: stopped early, every entry has about as many.
const tasks = Array.from({ length: Number(values.seeds) }, (_, seed) => wanted.map((entry) => ({ entry, seed }))).flat();
const waiting = tasks.filter(({ entry, seed }) => !load(entry).rows.some((row) => row.seed === seed));
console.log(`${tasks.length - waiting.length} of ${tasks.length} are there already`);
await Promise.all(Array.from({ length: jobs }, work));

async function work(): Promise<void> {
  for (let task = waiting.shift(); task; task = waiting.shift()) {
    const { entry, seed } = task;
    const picture = seed === 0 ? [`${folder}${entry.name}.png`] : [];
    const command = [
      '--conditions=@ganzoo/source',
      '--import',
      'tsx',
      fileURLToPath(new URL('seed.ts', import.meta.url)),
      entry.name,
      String(seed),
      ...picture,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    const row = JSON.parse(stdout.trim().split('\n').at(-1) as string) as Row;
    keep(entry, row);
    console.log(`${entry.name} seed ${seed}`, JSON.stringify(row), `${waiting.length} to go`);
  }
}

/** What is there of an entry; of another configuration than now, nothing. */
function load(entry: Entry): Result {
  const path = `${folder}${entry.name}.json`;
  const fresh = {
    entry: entry.name,
    data: entry.data,
    batchSize: entry.batchSize,
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    jobs,
    gan: entry.gan().config,
    rows: [],
  };
  if (!existsSync(path)) return fresh;
  const found = JSON.parse(readFileSync(path, 'utf8')) as Result;
  const same = JSON.stringify([found.gan, found.batchSize]) === JSON.stringify([fresh.gan, fresh.batchSize]);
  const rows = same ? found.rows.filter(({ steps }) => steps === entry.steps) : [];
  return { ...fresh, rows };
}

function keep(entry: Entry, row: Row): void {
  const path = `${folder}${entry.name}.json`;
  const result = load(entry);
  const rows = [...result.rows, row].toSorted((a, b) => a.seed - b.seed);
  writeFileSync(`${path}.part`, `${JSON.stringify({ ...result, rows }, null, 1)}\n`);
  renameSync(`${path}.part`, path);
}
