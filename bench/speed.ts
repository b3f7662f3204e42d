/**
 * Times the workloads here and in PyTorch, side by side in one run: `pnpm --filter @ganzoo/bench speed`.
 *
 * The two take turns, a few steps each, so that a slow moment of the machine meets both. Medians go to
 * `results/speed-<backend>.json`; only their ratios mean something on another machine.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { useBackend } from '@ganzoo/node';
import { startPeer } from './peer.ts';
import { workloads } from './workloads.ts';

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'wasm' }, steps: { type: 'string', default: '30' }, only: { type: 'string' } } });
const steps = Number(values.steps);
const turn = 3;

const { name: backend, device } = await useBackend(values.backend as 'wasm');
const peer = await startPeer();
const peak = await peer.sgemm(1024);
console.log(`${backend} (${device}) against PyTorch ${peer.torch} on ${peer.threads} threads, which multiplies matrices at ${peak.toFixed(0)} GFLOP/s here`);

const rows: Record<string, Record<string, number>> = {};
for (const [name, { gflop, make }] of Object.entries(workloads).filter(([key]) => !values.only || key === values.only)) {
  const stepper = make();
  for (let i = 0; i < 3; i++) await stepper.step();
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
  rows[name] = {
    ms: round(ms),
    'PyTorch ms': round(torchMs),
    ratio: round(ms / torchMs, 2),
    'GFLOP/s': round((gflop / ms) * 1000),
    'PyTorch GFLOP/s': round((gflop / torchMs) * 1000),
    'share of peak, %': round((gflop / ms / peak) * 1e5),
  };
  console.log(name, rows[name]);
}
peer.close();
console.table(rows);

if (!values.only) {
  const result = {
    backend,
    device,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    torch: peer.torch,
    threads: peer.threads,
    sgemmGflops: round(peak),
    steps,
    rows,
  };
  writeFileSync(new URL(`results/speed-${backend}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
}
process.exit();

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
