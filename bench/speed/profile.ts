/** Where the time of a workload goes, kernel by kernel: `pnpm --filter @ganzoo/bench profile "dcgan step"`. */
import { parseArgs } from 'node:util';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { enterNativeProject } from '../native.ts';
import { workloads } from './workloads.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '5' }, backend: { type: 'string', default: 'wasm' }, shapes: { type: 'boolean', default: false } },
});
const name = positionals[0] ?? 'dcgan step';
const workload = workloads[name];
if (!workload) throw new Error(`unknown workload '${name}'. Valid: ${Object.keys(workloads).join(', ')}.`);

if (values.backend === 'tensorflow') enterNativeProject();
const { name: backend } = await useBackend(values.backend as 'wasm');
const stepper = workload.make();
for (let i = 0; i < 2; i++) await stepper.step();

/** Time in a kernel itself, without the kernels it launches. */
const own = new Map<string, { ms: number; launches: number }>();
const inner: number[] = [];
for (const kernel of tf.getKernelsForBackend(backend)) {
  const run = kernel.kernelFunc;
  const timed: tf.KernelFunc = (args) => {
    inner.push(0);
    const started = performance.now();
    try {
      return run(args);
    } finally {
      const total = performance.now() - started;
      const nested = inner.pop() as number;
      if (inner.length > 0) inner[inner.length - 1] = (inner.at(-1) as number) + total;
      const shapes = Object.values(args.inputs).map((input) => (input as tf.TensorInfo | undefined)?.shape?.join('x'));
      const key = values.shapes ? `${kernel.kernelName} ${shapes.join(', ')}` : kernel.kernelName;
      const entry = own.get(key) ?? { ms: 0, launches: 0 };
      own.set(key, { ms: entry.ms + total - nested, launches: entry.launches + 1 });
    }
  };
  tf.unregisterKernel(kernel.kernelName, backend);
  tf.registerKernel({ ...kernel, kernelFunc: timed });
}

const steps = Number(values.steps);
const started = performance.now();
for (let i = 0; i < steps; i++) await stepper.step();
const perStep = (performance.now() - started) / steps;
stepper.dispose();

const rows = [...own].sort(([, a], [, b]) => b.ms - a.ms).slice(0, values.shapes ? 40 : 25);
console.log(`${name} on ${backend}: ${perStep.toFixed(0)} ms, ${(workload.gflop / (perStep / 1000)).toFixed(1)} GFLOP/s`);
console.table(Object.fromEntries(rows.map(([key, { ms, launches }]) => [key, { 'ms a step': Number((ms / steps).toFixed(1)), launches: launches / steps }])));
const launches = [...own.values()].reduce((sum, entry) => sum + entry.launches, 0) / steps;
const inKernels = [...own.values()].reduce((sum, entry) => sum + entry.ms, 0) / steps;
console.log(`${launches} kernels a step, ${inKernels.toFixed(0)} ms in them`);
