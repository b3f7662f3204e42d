import { join } from 'node:path';
import { GanzooError, type Dataset, type Json, type Run } from '@ganzoo/core';
import type { ImageSource } from '@ganzoo/metrics';
import { readRunConfig, train, useBackend, type TrainOptions } from '@ganzoo/node';
import { Option, type Command } from 'commander';
import { crops, datasetNames, hasTestSet, openDataset, type DatasetChoice } from '../datasets.ts';
import { interruptible } from '../interrupt.ts';
import { judgeOf, metricNames, type Judge } from '../judge.ts';
import { exitCodes } from '../exit-codes.ts';
import { decays, ganOf, settingsOf, type Decay, type Recipe } from '../recipe.ts';
import { collect, integer, list, rates, short } from '../words.ts';

interface Words {
  readonly dataset?: string;
  readonly size?: number;
  readonly channels?: '1' | '3';
  readonly crop?: (typeof crops)[number];
  readonly flip?: true;
  readonly skipUnreadable?: true;
  readonly dataDir?: string;
  readonly steps?: number;
  readonly batchSize?: number;
  readonly seed?: number;
  readonly out: string;
  readonly backend: string;
  readonly resume?: true;
  readonly replace?: true;
  readonly allowChanges?: true;
  readonly set?: string[];
  readonly learningRate?: [number, number];
  readonly decay?: Decay;
  readonly evaluateEvery?: number;
  readonly metrics?: string[];
  readonly weights?: string;
  readonly judgedSamples: number;
  readonly patience?: number;
  readonly checkpointEvery: number;
  readonly keep: number;
  readonly sampleEvery: number;
  readonly health: boolean;
  readonly nanGuard: boolean;
  readonly tensorboard: boolean;
  readonly report: boolean;
  readonly film: boolean;
  readonly watch?: true;
  readonly watchPort?: number;
  readonly watchHost?: string;
  readonly quiet?: true;
  readonly json?: true;
}

export function trainCommand(program: Command, end: (code: number) => void): void {
  program
    .command('train')
    .description('train a GAN, or go on with a run')
    .argument('[variant]', 'dcgan, wgan-gp, ... or the name of a package; of a run that is resumed, its own')
    .optionsGroup('What is trained:')
    .option('--dataset <name|folder>', `${datasetNames.join(', ')}, or a folder of images (default: mnist)`)
    .option('--size <pixels>', 'side of the images of a folder', integer(1))
    .addOption(new Option('--channels <count>', 'of the images of a folder: 3 in colour, 1 in grey').choices(['1', '3']))
    .addOption(new Option('--crop <where>', 'what is kept of an image of a folder by --size; none squeezes it (default: center)').choices([...crops]))
    .option('--flip', 'mirror half of the images of a folder')
    .option('--skip-unreadable', 'leave out images of a folder that cannot be read')
    .option('--data-dir <folder>', 'where the files of a dataset are, if not installed')
    .option('--set <key=value>', 'an option of the variant, as often as wanted: latentDim=64, widths=[64,32]', collect)
    .option('--learning-rate <rate>', "of both players, or the generator's and the discriminator's: 1e-3,4e-4", rates)
    .addOption(new Option('--decay <way>', 'how the rates fall: linear in the second half, or along a cosine').choices([...decays]))
    .option('--seed <number>', 'of everything that is random (default: 0)', integer(0))
    .optionsGroup('How long:')
    .option('--steps <count>', 'rounds of both players since the beginning of the run (default: 2000)', integer(1))
    .option('--batch-size <count>', 'real samples a step (default: 64)', integer(1))
    .option('--patience <count>', 'stop after so many evaluations without a better one', integer(1))
    .optionsGroup('Where and on what:')
    .option('--out <directory>', 'the run directory', 'runs/latest')
    .option('--resume', 'go on with the run that is there')
    .option('--replace', 'start over where a run is')
    .option('--allow-changes', 'resume with other settings than before')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .optionsGroup('What is shown:')
    .option('--watch', 'serve a page with curves and samples while it trains')
    .option('--watch-port <port>', 'any that is free unless told', integer(1))
    .option('--watch-host <address>', 'who may look: 0.0.0.0 for everybody who reaches this machine (default: 127.0.0.1)')
    .option('--quiet', 'no progress')
    .option('--json', 'say the end as a line of JSON on standard output')
    .optionsGroup('What is written:')
    .option('--evaluate-every <steps>', 'measure the samples, and keep the best checkpoint', integer(1))
    .option('--metrics <names>', `${metricNames.join(', ')}; those that suit unless told`, list)
    .option('--weights <file|url>', 'Inception weights to judge images by, as FID does')
    .option('--judged-samples <count>', 'of either side at an evaluation', integer(20), 2000)
    .option('--checkpoint-every <steps>', 'steps between checkpoints', integer(1), 500)
    .option('--keep <count>', 'newest checkpoints that are kept', integer(1), 3)
    .option('--sample-every <steps>', 'steps between pictures', integer(1), 100)
    .option('--no-tensorboard', 'no events for TensorBoard')
    .option('--no-report', 'no report.html')
    .option('--no-film', 'no film.webp of the pictures')
    .option('--no-health', 'do not look for mode collapse, a saturated discriminator, tensor leaks and slow data')
    .option('--no-nan-guard', 'go on when a loss is NaN or infinite; such weights are never saved')
    .action(async (variant: string | undefined, words: Words) => end(await trainRun(variant, words)));
}

async function trainRun(variant: string | undefined, words: Words): Promise<number> {
  const { out, resume, replace, json, quiet } = words;
  if (resume && replace) throw new GanzooError('command', 'give --resume or --replace, not both.');
  const before = resume ? await readRunConfig(out) : undefined;
  const recipe = recipeOf(variant, words, before?.recipe as Recipe | undefined);
  const { batchSize = before?.batchSize ?? 64, seed = before?.seed ?? 0, steps = before?.parts.at(-1)?.steps ?? 2000 } = words;
  const signal = interruptible('Stopping after this step and saving. Press Ctrl-C again to quit at once.');

  const { name, device } = await useBackend(words.backend as 'auto');
  const dataset = await openDataset(recipe.data, { signal, onNotice: console.error });
  const gan = await ganOf(recipe, dataset.sampleShape ?? [], steps, process.cwd());
  const judge = words.evaluateEvery === undefined ? undefined : await judgeFor(recipe.data, dataset, words, signal);
  const look = judge && oneLookAStep(judge);
  if (!quiet) console.error(`Training ${recipe.variant} on ${dataset.name}, ${steps} steps of ${batchSize}, seed ${seed}, on ${name} (${device}), in ${out}.`);
  const result = await train({
    dir: out,
    gan,
    dataset,
    steps,
    batchSize,
    seed,
    ...(resume ? { existing: 'resume' as const } : replace && { existing: 'replace' as const }),
    allowChanges: words.allowChanges ?? false,
    checkpoints: { every: words.checkpointEvery, keep: words.keep },
    samples: { every: words.sampleEvery, count: (dataset.sampleShape?.length ?? 0) === 1 ? 2500 : 64 },
    ...(judge && look && { evaluation: evaluationOf(judge, look, words) }),
    ...(words.health ? {} : { health: false as const }),
    ...(words.nanGuard ? {} : { checkEvery: false as const }),
    tensorBoard: words.tensorboard,
    report: words.report,
    film: words.film,
    watch: watchOf(words),
    progress: !quiet,
    recipe: recipe as unknown as Json,
    signal,
  });
  const { step, seconds, reason, from, trainer } = result;
  const measured = judge && look && !signal.aborted ? { samples: await look(step, trainer, signal), real: await judge.measure(dataset, signal) } : undefined;
  trainer.dispose();
  if (json) console.log(JSON.stringify({ dir: out, step, from, reason, seconds: Number(seconds.toFixed(3)), ...(measured && { measured }) }));
  else console.log(told(out, words, { step, steps, seconds, reason, images: (step - from) * batchSize }, measured));
  return reason === 'aborted' ? exitCodes.interrupted : exitCodes.done;
}

/** A port or a host without --watch means it as well. */
function watchOf({ watch, watchPort, watchHost }: Words): NonNullable<TrainOptions['watch']> {
  if (!watch && watchPort === undefined && watchHost === undefined) return false;
  return { ...(watchPort !== undefined && { port: watchPort }), ...(watchHost !== undefined && { host: watchHost }) };
}

/** A resumed run is what it was; what is said beside that must agree, and `train` sees to it. */
function recipeOf(variant: string | undefined, words: Words, before: Recipe | undefined): Recipe {
  const chosen = variant ?? before?.variant;
  if (chosen === undefined) {
    const where = words.resume ? `there is no run in '${words.out}' to go on with: name` : 'name';
    throw new GanzooError('command', `${where} a variant, such as ganzoo train dcgan. ganzoo info lists them.`);
  }
  const { size, channels, crop, flip, skipUnreadable, dataDir } = words;
  const data: DatasetChoice =
    words.dataset === undefined && before
      ? before.data
      : {
          dataset: words.dataset ?? 'mnist',
          ...(size !== undefined && { size }),
          ...(channels && { channels: Number(channels) as 1 | 3 }),
          ...(crop && { crop }),
          ...(flip && { flip }),
          ...(skipUnreadable && { skipUnreadable }),
          ...(dataDir !== undefined && { dataDir }),
        };
  const learningRates = words.learningRate ?? before?.learningRates;
  return {
    variant: chosen,
    data,
    set: { ...before?.set, ...settingsOf(words.set ?? []) },
    ...(learningRates && { learningRates }),
    decay: words.decay ?? before?.decay ?? 'none',
  };
}

/** Real samples that training has not seen, where there are some. */
async function judgeFor(data: DatasetChoice, dataset: Dataset, { metrics, weights, judgedSamples }: Words, signal: AbortSignal): Promise<Judge> {
  const held = hasTestSet(data) ? await openDataset({ ...data, split: 'test' }) : dataset;
  return judgeOf(held, { ...(metrics && { metrics }), ...(weights !== undefined && { weights }), samples: judgedSamples, signal });
}

/** One look at the samples a step serves all metrics of it, and what is said at the end. */
function oneLookAStep(judge: Judge): (step: number, generated: ImageSource, signal: AbortSignal | undefined) => Promise<Record<string, number>> {
  let last: { readonly step: number; readonly values: Promise<Record<string, number>> } | undefined;
  return (step, generated, signal) => {
    if (last?.step !== step) last = { step, values: judge.measure(generated, signal) };
    return last.values;
  };
}

/** A metric for each number, so that each is shown on a scale of its own. */
function evaluationOf(judge: Judge, look: ReturnType<typeof oneLookAStep>, { evaluateEvery, patience }: Words): NonNullable<TrainOptions['evaluation']> {
  return {
    steps: evaluateEvery as number,
    metrics: Object.fromEntries(judge.names.map((name) => [name, async (run: Run) => (await look(run.step, run, run.signal))[name] as number])),
    best: { ...judge.best, ...(patience !== undefined && { patience }) },
  };
}

interface Measured {
  readonly samples: Readonly<Record<string, number>>;
  /** What real samples score that training has seen, against those it has not. */
  readonly real: Readonly<Record<string, number>>;
}

interface End {
  readonly step: number;
  readonly steps: number;
  readonly seconds: number;
  readonly reason: string;
  readonly images: number;
}

function told(out: string, words: Words, { step, steps, seconds, reason, images }: End, measured: Measured | undefined): string {
  const end = {
    done: 'Done',
    stopped: `Stopped at step ${step}, since it no longer improves,`,
    aborted: `Stopped at step ${step} of ${steps}`,
    exhausted: `Out of data at step ${step}`,
  }[reason];
  const numbers =
    measured && Object.entries(measured.samples).map(([name, value]) => `${name} ${short(value)} (real ones ${short(measured.real[name] as number)})`);
  return [
    `${end} in ${seconds.toFixed(0)} s (${Math.round(images / Math.max(seconds, 1e-9))} images/s). Look at:`,
    `  ${join(out, 'samples', `step-${String(step).padStart(6, '0')}.png`)}  what it draws now, and before in the same folder`,
    ...(words.report ? [`  ${join(out, 'report.html')}  everything in one page`] : []),
    `  ${join(out, 'log.jsonl')}  the losses`,
    `  ${join(out, 'generator/model.json')}  the generator, for tf.loadLayersModel`,
    ...(numbers ? [`By ${words.judgedSamples.toLocaleString('en')} samples: ${numbers.join(', ')}.`] : []),
    ...(step < steps ? [`Go on: ganzoo train --resume --out ${out}`] : []),
  ].join('\n');
}
