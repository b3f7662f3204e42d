import { GanzooError } from '@ganzoo/core';
import { readRunConfig, useBackend } from '@ganzoo/node';
import { cards } from '@ganzoo/pretrained';
import type { Command } from 'commander';
import { hasTestSet, openDataset, type DatasetChoice } from '../datasets.ts';
import { exitCodes } from '../exit-codes.ts';
import { openGenerator, pretrained } from '../generators.ts';
import { interruptible } from '../interrupt.ts';
import { judgeOf, metricNames } from '../judge.ts';
import type { Recipe } from '../recipe.ts';
import { table } from '../table.ts';
import { integer, list } from '../words.ts';

interface Words {
  readonly dataset?: string;
  readonly size?: number;
  readonly dataDir?: string;
  readonly metrics?: string[];
  readonly weights?: string;
  readonly samples: number;
  readonly seed: number;
  readonly best?: true;
  readonly backend: string;
  readonly json?: true;
}

export function evaluateCommand(program: Command, end: (code: number) => void): void {
  program
    .command('evaluate')
    .description('measure how close the samples of a run come to its data')
    .argument('<run>', 'a run directory, or the name of a trained generator: mnist-dcgan')
    .option('--dataset <name|folder>', 'what it is compared with (default: what it was trained on, or the test set of that)')
    .option('--size <pixels>', 'side of the images of a folder', integer(1))
    .option('--data-dir <folder>', 'where the files of a dataset are, if not installed')
    .option('--metrics <names>', `${metricNames.join(', ')}; those that suit unless told`, list)
    .option('--weights <file|url>', 'Inception weights to judge images by, as FID does')
    .option('--samples <count>', 'of either side', integer(20), 10_000)
    .option('--seed <number>', 'which latents', integer(0), 0)
    .option('--best', 'the generator of the best checkpoint, not of the newest')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--json', 'say the numbers as a line of JSON')
    .action(async (run: string, words: Words) => end(await evaluate(run, words)));
}

async function evaluate(run: string, words: Words): Promise<number> {
  const { metrics, weights, samples, seed, best, json } = words;
  const signal = interruptible('Stopping.');
  await useBackend(words.backend as 'auto');
  const { real, floor } = await references(run, words, signal);
  const judge = await judgeOf(real, { ...(metrics && { metrics }), ...(weights !== undefined && { weights }), samples, signal });
  const generator = await openGenerator(run, { best: best ?? false });
  // Batches of one seed each, as they are asked for.
  const values = await judge.measure({ sample: (count, { seed: batch }) => generator.sample(count, { seed: seed * 1_000_003 + batch }) }, signal);
  generator.dispose();
  const others = floor && (await judge.measure(floor, signal));
  if (json) console.log(JSON.stringify({ run, dataset: real.name, by: judge.by, samples, values, ...(others && { real: others }) }));
  else console.log(`${run} against ${real.name}, ${samples} samples of either side, judged by ${judge.by}:\n\n${table(values, others, ['samples', 'real'])}`);
  return exitCodes.done;
}

/** What samples are compared with, and real data that show how close one can come. */
async function references(run: string, words: Words, signal: AbortSignal) {
  const card = pretrained(run);
  const recipe = card ? { data: { dataset: card.dataset } } : ((await readRunConfig(run))?.recipe as unknown as Recipe | undefined);
  const { dataset, size, dataDir } = words;
  const choice: DatasetChoice | undefined =
    dataset === undefined ? recipe?.data : { dataset, ...(size !== undefined && { size }), ...(dataDir !== undefined && { dataDir }) };
  if (!choice)
    throw new GanzooError(
      'command',
      `'${run}' does not say what it was trained on: give --dataset. Trained generators that come with the command: ${cards.map(({ name }) => name).join(', ')}.`,
    );
  const open = (split: 'train' | 'test') => openDataset({ ...choice, split }, { signal });
  // Digits that were not trained on, and others to compare them with.
  return hasTestSet(choice) ? { real: await open('test'), floor: await open('train') } : { real: await open('train'), floor: undefined };
}
