import { existsSync, readFileSync } from 'node:fs';
import { table } from '../markdown.ts';
import type { ReportPage } from '../report.ts';
import type { SpeedResult } from './result.ts';

const backends = ['tensorflow', 'wasm'];
const results = new URL('../results/', import.meta.url);

/** Of each backend that was measured. */
export function speedResults(): readonly SpeedResult[] {
  return backends.flatMap((backend) => read<SpeedResult>(`speed-${backend}.json`) ?? []);
}

/** The guide's page on backends. */
export function speedPages(): readonly ReportPage[] {
  const content = [...speedResults().map(section), ...backends.flatMap((backend) => memory(backend) ?? [])].join('\n\n');
  return [{ page: 'docs/guide/backends-and-speed.md', bench: 'bench/speed', content }];
}

function section({ backend, device, cpu, cores, node, torch, threads, sgemmGflops, steps, rows }: SpeedResult): string {
  const cell = (value: number | undefined): string => value?.toString() ?? '';
  const body = Object.entries(rows).map(([name, row]) => [
    name,
    cell(row.ms),
    cell(row['PyTorch ms']),
    `**${row.ratio.toFixed(2)}**`,
    cell(row['GFLOP/s']),
    cell(row['PyTorch GFLOP/s']),
    cell(row['share of peak, %']),
  ]);
  const head = [`\`${backend}\``, 'ms', 'PyTorch, ms', 'ratio', 'GFLOP/s', 'PyTorch, GFLOP/s', 'share of peak, %'];
  const machine = `${device}; ${cores} cores of an ${cpu}, Node ${node.slice(1)}, PyTorch ${torch} on ${threads} threads; medians of ${steps} steps by turns; peak: ${sgemmGflops} GFLOP/s, a product of two 1024 x 1024 matrices in PyTorch.`;
  return `${table(head, body)}\n\n${machine}${loading(rows)}`;
}

/** How many times faster digits are loaded than the fastest training on them takes them, by steps of 64. */
function loading(rows: SpeedResult['rows']): string {
  const loaded = rows['loading 6,400 digits'];
  const fastest = Math.min(...['dcgan step', 'lsgan step', 'mnist mlp step'].map((name) => rows[name]?.ms ?? Infinity));
  if (!loaded || fastest === Infinity) return '';
  return ` Digits are loaded ${Math.round((fastest / 64 / loaded.ms) * 6400)} times as fast as the fastest training on them takes them.`;
}

interface MemoryResult {
  readonly steps: number;
  readonly peakMegabytes: number;
  readonly readings: readonly { readonly tensors: number; readonly megabytes: number; readonly residentMegabytes: number }[];
}

function memory(backend: string): string | undefined {
  const result = read<MemoryResult>(`memory-${backend}.json`);
  const [first, last] = [result?.readings[0], result?.readings.at(-1)];
  if (!result || !first || !last) return undefined;
  const steady = new Set(result.readings.map(({ tensors }) => tensors)).size === 1 ? `${last.tensors} tensors` : `${first.tensors} to ${last.tensors} tensors`;
  return `Memory of the DCGAN step on \`${backend}\` over ${result.steps.toLocaleString('en')} steps: after every hundredth ${steady} of ${last.megabytes} MB, within a step at most ${result.peakMegabytes} MB of tensors; the process held ${first.residentMegabytes} MB after the first hundred and ${last.residentMegabytes} MB after the last.`;
}

function read<T>(file: string): T | undefined {
  const path = new URL(file, results);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}
