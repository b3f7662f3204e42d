/**
 * Tensor memory of the classic DCGAN step over a long run: `pnpm --filter @ganzoo/bench memory`.
 *
 * After each hundredth step: the tensors alive and their bytes, and what the process holds. Within steps: the most bytes of
 * tensors alive at once. Goes to `../results/memory-<backend>.json`.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { enterNativeProject } from '../native.ts';
import { workloads } from './workloads.ts';

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'tensorflow' }, steps: { type: 'string', default: '10000' } } });
if (values.backend === 'tensorflow') {
  const missing = enterNativeProject();
  if (missing.length > 0) throw new Error(`the backend tensorflow needs ${missing.join(', ')} here.`);
}
const { name: backend, device } = await useBackend(values.backend as 'wasm');
const steps = Number(values.steps);

let peak = 0;
const engine = tf.engine();
const runKernel = engine.runKernel.bind(engine);
engine.runKernel = ((...args: Parameters<typeof runKernel>) => {
  const result = runKernel(...args);
  peak = Math.max(peak, engine.state.numBytes);
  return result;
}) as typeof engine.runKernel;

const stepper = (workloads['dcgan step'] as (typeof workloads)[string]).make();
const readings: { step: number; tensors: number; megabytes: number; residentMegabytes: number }[] = [];
for (let step = 1; step <= steps; step++) {
  await stepper.step();
  if (step % 100 !== 0) continue;
  const { numTensors, numBytes } = tf.memory();
  const reading = { step, tensors: numTensors, megabytes: inMegabytes(numBytes), residentMegabytes: inMegabytes(process.memoryUsage.rss()) };
  readings.push(reading);
  if (step % 1000 === 0) console.log(reading);
}
const peakMegabytes = inMegabytes(peak);
console.log(`at most ${peakMegabytes} MB of tensors within a step`);
writeFileSync(
  new URL(`../results/memory-${backend}.json`, import.meta.url),
  `${JSON.stringify({ backend, device, workload: 'dcgan step', steps, peakMegabytes, readings }, null, 2)}\n`,
);
process.exit();

function inMegabytes(bytes: number): number {
  return Number((bytes / 1e6).toFixed(1));
}
