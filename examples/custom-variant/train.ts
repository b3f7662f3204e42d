/** Trains a variant that no package has, in a run directory, as the published ones are trained. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectInteger, GanzooError } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { train, useBackend } from '@ganzoo/node';
import { ebgan } from './ebgan.ts';

async function trainVariant(): Promise<void> {
  const { values } = parseArgs({
    options: { steps: { type: 'string', default: '1500' }, out: { type: 'string', default: 'runs/custom-variant' } },
  });
  const steps = /^\d+$/.test(values.steps) ? Number(values.steps) : values.steps;
  expectInteger('example', '--steps', steps, 1);
  const { name, device } = await useBackend();
  console.log(`Training an EBGAN on MNIST, ${steps} steps of 64, on ${name} (${device}).`);
  const { trainer, seconds } = await train({
    dir: values.out,
    gan: ebgan({ sampleShape: [28, 28, 1] }),
    dataset: await mnist(),
    steps,
    existing: 'replace',
  });
  trainer.dispose();
  console.log(
    `${seconds.toFixed(0)} s. Look at ${join(values.out, `samples/step-${String(steps).padStart(6, '0')}.png`)}, and at ${join(values.out, 'report.html')}.`,
  );
}

try {
  await trainVariant();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
