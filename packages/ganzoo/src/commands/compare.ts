import { useBackend } from '@ganzoo/node';
import { Option, type Command } from 'commander';
import { openDataset } from '../datasets.ts';
import { exitCodes } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { judgeOf, metricNames } from '../judge.ts';
import { table } from '../table.ts';
import { integer, list } from '../words.ts';

interface Words {
  readonly size?: number;
  readonly channels: '1' | '3';
  readonly metrics?: string[];
  readonly weights?: string;
  readonly samples?: number;
  readonly backend: string;
  readonly json?: true;
}

export function compareCommand(program: Command, end: (code: number) => void): void {
  program
    .command('compare')
    .description('measure how close a folder of images comes to another')
    .argument('<real>', 'a folder of images, or a dataset by name')
    .argument('<generated>', 'another')
    .option('--size <pixels>', 'bring images to this side', integer(1))
    .addOption(new Option('--channels <count>', '3 in colour, 1 in grey').choices(['1', '3']).default('3'))
    .option('--metrics <names>', metricNames.join(', '), list)
    .option('--weights <file|url>', 'Inception weights to judge by, as FID does')
    .option('--samples <count>', 'of either side (default: all of the smaller one)', integer(20))
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--json', 'say the numbers as a line of JSON')
    .action(async (real: string, generated: string, words: Words) => end(await compare([real, generated], words)));
}

async function compare(paths: readonly [string, string], { size, channels, metrics, weights, samples, backend, json }: Words): Promise<number> {
  const signal = interruptible('Stopping.');
  await useBackend(backend as 'auto');
  const open = (dataset: string) => openDataset({ dataset, channels: Number(channels) as 1 | 3, ...(size !== undefined && { size }) }, { signal });
  const [real, generated] = [await open(paths[0]), await open(paths[1])];
  const count = samples ?? Math.min(real.size ?? 10_000, generated.size ?? 10_000);
  const judge = await judgeOf(real, { ...(metrics && { metrics }), ...(weights !== undefined && { weights }), samples: count, signal });
  const values = await judge.measure(generated, signal);
  if (json) console.log(JSON.stringify({ real: real.name, generated: generated.name, by: judge.by, samples: count, values }));
  else console.log(`${generated.name} against ${real.name}, ${count} images of either side, judged by ${judge.by}:\n\n${table(values, undefined, [''])}`);
  return exitCodes.done;
}
