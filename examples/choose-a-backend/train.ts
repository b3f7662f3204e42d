/** Asks for each backend in turn, trains the same small GAN on those that work, and says which of them `useBackend()` picks. */
import { parseArgs } from 'node:util';
import { expectInteger, GanzooError, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { useBackend, type BackendName } from '@ganzoo/node';

async function train(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '10' },
      seed: { type: 'string', default: '7' },
    },
  });
  const integer = (option: 'steps' | 'seed', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [steps, seed] = [integer('steps', 2), integer('seed', 0)];
  const digits = await mnist();

  const table = [['backend', 'device', 'ms a step', 'discriminator', 'generator']];
  for (const backend of ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const) {
    const device = await take(backend);
    if (device === undefined) continue;
    // Made anew: tensors belong to the backend they were made on.
    const trainer = new Trainer(dcgan({ sampleShape: [28, 28, 1], kernel: 4, widths: [16, 8] }), { seed });
    let first = 0;
    const { seconds } = await trainer.fit(digits, {
      steps,
      batchSize: 16,
      // The first step compiles and allocates.
      callbacks: [{ name: 'first', onStep: (run) => void (first ||= run.seconds) }],
    });
    const losses = Object.entries(await trainer.losses());
    const lossOf = (player: string): string => {
      const terms = losses.filter(([key]) => key.startsWith(`${player}/`) && key !== `${player}/accuracy`);
      return terms.reduce((sum, [, value]) => sum + value, 0).toFixed(3);
    };
    table.push([backend, device, (((seconds - first) / (steps - 1)) * 1000).toFixed(1), lossOf('discriminator'), lossOf('generator')]);
    trainer.dispose();
  }
  const { name, device } = await useBackend();
  console.log(`\n${text(table)}\n\nuseBackend() picks ${name}: ${device}.`);
}

/** What it computes on; undefined where it is refused. */
async function take(backend: BackendName): Promise<string | undefined> {
  try {
    const { device } = await useBackend(backend);
    console.log(`${backend}: taken.`);
    return device;
  } catch (error) {
    if (!(error instanceof GanzooError)) throw error;
    console.log(`${backend}: ${error.message}`);
    return undefined;
  }
}

/** Words to the left, numbers to the right. */
function text(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] as string).length))) ?? [];
  return table
    .map((row) => row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}

try {
  await train();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
