import { createRequire } from 'node:module';
import { readRunConfig, useBackend } from '@ganzoo/node';
import { cards } from '@ganzoo/pretrained';
import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { datasetNames } from '../datasets.ts';
import { exitCodes } from '../exit-codes.ts';
import { pretrained } from '../generators.ts';
import { metricNames } from '../judge.ts';
import { installedVariants } from '../variants.ts';

export function infoCommand(program: Command, end: (code: number) => void): void {
  program
    .command('info')
    .description('say what there is here: versions, the backend, variants, datasets, metrics; or what a run is')
    .argument('[run]', 'a run directory, or the name of a trained generator')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--json', 'as a line of JSON')
    .action(async (run: string | undefined, words: { readonly backend: string; readonly json?: true }) =>
      end(run === undefined ? await here(words) : await about(run, words)),
    );
}

async function here({ backend, json }: { readonly backend: string; readonly json?: true }): Promise<number> {
  const { version } = createRequire(import.meta.url)('ganzoo/package.json') as { version: string };
  const active = await useBackend(backend as 'auto');
  const variants = (await installedVariants(process.cwd())).map(({ variant, from }) => ({ name: variant.variantName, from, options: variant.defaults }));
  const versions = { ganzoo: version, '@tensorflow/tfjs': tf.version['tfjs-core'], node: process.versions.node };
  if (json) {
    console.log(JSON.stringify({ versions, backend: active, variants, datasets: datasetNames, metrics: metricNames, trained: cards }));
    return exitCodes.done;
  }
  const lines = [
    `ganzoo ${version}, TensorFlow.js ${versions['@tensorflow/tfjs']}, Node ${versions.node}`,
    `backend   ${active.name} (${active.device})`,
    ...active.refused.map(({ name, reason }) => `          not ${name}: ${reason}`),
    ...variants.map(({ name, from, options }, index) => `${index === 0 ? 'variants ' : '         '} ${name.padEnd(12)} ${from}, --set ${settings(options)}`),
    `datasets  ${datasetNames.join(', ')}, or a folder of images`,
    `metrics   ${metricNames.join(', ')}`,
    `trained   ${cards.map(({ name }) => name).join(', ')}`,
  ];
  console.log(lines.join('\n'));
  return exitCodes.done;
}

async function about(run: string, { json }: { readonly json?: true }): Promise<number> {
  const card = pretrained(run);
  if (card) {
    console.log(json ? JSON.stringify(card) : leaves(card).join('\n'));
    return exitCodes.done;
  }
  const config = await readRunConfig(run);
  if (!config) {
    console.error(`'${run}' holds no run: there is no config.json.`);
    return exitCodes.failed;
  }
  if (json) {
    console.log(JSON.stringify(config));
    return exitCodes.done;
  }
  const { gan, dataset, seed, batchSize, parts } = config;
  const sittings = parts.map(({ from, steps, started, backend }) => `          from step ${from} to ${steps} on ${backend}, ${started}`);
  const lines = leaves(gan.config).map((line) => `          ${line}`);
  console.log([`${gan.name} on ${dataset.name}, batches of ${batchSize}, seed ${seed}`, ...sittings, ...lines].join('\n'));
  return exitCodes.done;
}

function settings(options: object): string {
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(' ');
}

/** Every setting, a line each. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, path === '' ? key : `${path}.${key}`));
}
