/**
 * Trains every entry of `entries.ts` from three seeds on native TensorFlow, its PyTorch twin from as many, and scores both
 * alike: `pnpm --filter @ganzoo/bench digits [--only dcgan] [--engine ganzoo|pytorch] [--seeds 3] [--jobs 2] [--rescore]`.
 *
 * Stopped and started again it goes on where it was. States and samples stay in `bench/runs`, scores and pictures go to
 * `results/digits`. The twin needs a Python with torch 2.13 (CPU), named by GANZOO_PYTHON.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { useBackend } from '@ganzoo/node';
import { enterNativeProject } from '../../native.ts';
import { entries } from './entries.ts';
import { keepFloor, keepPicture, keepRow, rowsOf } from './results.ts';
import { judgeOfDigits } from './score.ts';
import { engines, stopTraining, train, type Task } from './training.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    engine: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '2' },
    /** Score again what was trained. */
    rescore: { type: 'boolean', default: false },
  },
});
const jobs = Number(values.jobs);
const threads = Math.max(1, Math.floor(cpus().length / jobs));
const wanted = entries.filter(({ name }) => !values.only || values.only.includes(name));
if (wanted.length === 0) throw new Error(`no entry is called ${values.only?.join(', ')}. Entries: ${entries.map(({ name }) => name).join(', ')}.`);

// Seeds outermost: stopped early, every entry has about as many, and its twin too.
const tasks = Array.from({ length: Number(values.seeds) }, (_, seed) =>
  wanted.flatMap((entry) => engines.filter((engine) => values.engine?.includes(engine) ?? true).map((engine): Task => ({ engine, entry, seed }))),
).flat();
const waiting = tasks.filter(({ engine, entry, seed }) => values.rescore || !rowsOf(entry, engine).some((row) => row.seed === seed));
console.log(`${tasks.length - waiting.length} of ${tasks.length} are there already`);

let failures = 0;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stop.abort();
    stopTraining();
  });

enterNativeProject();
await useBackend('tensorflow');
const { score, floor } = await judgeOfDigits();
keepFloor(await floor());
await Promise.all(Array.from({ length: jobs }, work));
process.exit(failures === 0 ? 0 : 1);

async function work(): Promise<void> {
  for (let task = waiting.shift(); task && !stop.signal.aborted; task = waiting.shift()) {
    const { engine, entry, seed } = task;
    try {
      const trained = await train(task, threads);
      if (!trained) return;
      const row = { seed, ...trained.told, ...(await score(trained.samples)) };
      keepRow(entry, engine, row);
      if (seed === 0) await keepPicture(entry, engine, trained.samples);
      console.log(`${entry.name} ${engine}`, JSON.stringify(row), `${waiting.length} to go`);
    } catch (error) {
      // One that fails must not end the others of a night.
      failures++;
      console.error(error);
    }
  }
}
