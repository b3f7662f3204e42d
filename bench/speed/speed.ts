/**
 * `npm run bench`: times the workloads here and in PyTorch, side by side in one run, on each backend in turn.
 *
 * The two take turns, a few steps each, so that a slow moment of the machine meets both. Medians go to
 * `../results/speed-<backend>.json` and from there into the guide; only their ratios mean something on another machine.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@ganzoo/node';
import { enterNativeProject } from '../native.ts';
import { startPeer } from './peer.ts';
import type { SpeedResult, SpeedRow } from './result.ts';
import { workloads } from './workloads.ts';

const { values } = parseArgs({ options: { backend: { type: 'string' }, steps: { type: 'string', default: '30' }, only: { type: 'string' } } });
if (values.backend === undefined) {
  // One process each: two thread pools would wait for each other's cores.
  const codes = ['tensorflow', 'wasm'].map((backend) => {
    const again = [...process.execArgv, fileURLToPath(import.meta.url), '--backend', backend, ...process.argv.slice(2)];
    return spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1;
  });
  process.exit(Math.max(...codes));
}

const steps = Number(values.steps);
/** Steps of either before the other's turn. */
const turn = 3;
const warmUp = 5;

if (values.backend === 'tensorflow') {
  const missing = enterNativeProject();
  if (missing.length > 0) throw new Error(`the backend tensorflow needs ${missing.join(', ')} here. 'npm run bench -- --backend wasm' needs nothing.`);
}
const { name: backend, device } = await useBackend(values.backend as 'wasm');
const peer = await startPeer();
const peak = await peer.sgemm(1024);
console.log(`${backend} (${device}) against PyTorch ${peer.torch} on ${peer.threads} threads, which multiplies matrices at ${peak.toFixed(0)} GFLOP/s here`);

const chosen = Object.entries(workloads).filter(([name]) => values.only === undefined || name.includes(values.only));
if (chosen.length === 0) throw new Error(`no workload is named '${values.only}'. Valid: ${Object.keys(workloads).join(', ')}.`);
const rows: Record<string, SpeedRow> = {};
for (const [name, { gflop, make }] of chosen) {
  const stepper = make();
  for (let i = 0; i < warmUp; i++) await stepper.step();
  const [ours, theirs]: [number[], number[]] = [[], []];
  while (ours.length < steps) {
    for (let i = 0; i < turn; i++) {
      const started = performance.now();
      await stepper.step();
      ours.push(performance.now() - started);
    }
    theirs.push(...(await peer.run(name, turn)));
    // Its threads spin for a while after their work, on the cores that ours are about to use.
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  stepper.dispose();
  const [ms, torchMs] = [median(ours), median(theirs)];
  const rate = (time: number): number => round((gflop / time) * 1000);
  rows[name] = {
    ms: round(ms),
    'PyTorch ms': round(torchMs),
    ratio: round(ms / torchMs, 2),
    ...(gflop > 0 && { 'GFLOP/s': rate(ms), 'PyTorch GFLOP/s': rate(torchMs), 'share of peak, %': round((gflop / ms / peak) * 1e5) }),
  };
  console.log(name, rows[name]);
}
peer.close();
console.table(rows);

if (values.only === undefined) {
  const result: SpeedResult = {
    backend,
    device,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    node: process.version,
    torch: peer.torch,
    threads: peer.threads,
    sgemmGflops: round(peak),
    steps,
    rows,
  };
  writeFileSync(new URL(`../results/speed-${backend}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
}
process.exit();

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
