import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCache } from './cache.ts';
import { install } from './install.ts';
import type { Say } from './programs.ts';
import { Refusal } from './refusal.ts';
import { remove } from './remove.ts';
import { status } from './status.ts';

const USAGE = `ganzoo-tensorflow install [--gpu] [--from WHEEL-OR-FOLDER] [--cache DIR]
ganzoo-tensorflow status [--cache DIR]
ganzoo-tensorflow remove [--cache DIR]

install  puts a current TensorFlow below the @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node installed here:
         downloads it with pip, unpacks its C library into a cache, compiles the package's binding against that, runs it
status   says what is there and whether it works; exits with 1 where nothing does
remove   takes it out again

--gpu    the build for NVIDIA GPUs with CUDA, some gigabytes
--from   a wheel of tensorflow-cpu (with --gpu: of tensorflow), or the folder of an installed Python package tensorflow
--cache  where the libraries are kept: ${defaultCache()}`;

/** Runs the command. @returns its exit status: 1 when it failed, 2 when the arguments are wrong */
export async function command(args: readonly string[], say: Say, complain: Say): Promise<number> {
  let parsed;
  try {
    parsed = parse(args);
  } catch (error) {
    complain(`ganzoo-tensorflow: ${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { verb, gpu, from, cache } = parsed;
  try {
    if (verb === 'help') say(USAGE);
    if (verb === 'install') await install({ gpu, from, cache }, say);
    if (verb === 'remove') await remove(cache, say);
    return verb !== 'status' || (await status(cache, say)) ? 0 : 1;
  } catch (error) {
    complain(`ganzoo-tensorflow: ${(error as Error).message}`);
    return 1;
  }
}

const VERBS = ['install', 'status', 'remove', 'help'] as const;

interface Parsed {
  readonly verb: (typeof VERBS)[number];
  readonly gpu: boolean;
  readonly from: string | undefined;
  readonly cache: string;
}

function parse(args: readonly string[]): Parsed {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { gpu: { type: 'boolean' }, from: { type: 'string' }, cache: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const { gpu, from, cache, help } = values;
  const [name, ...rest] = positionals;
  if (help) return { verb: 'help', gpu: false, from: undefined, cache: '' };
  const verb = VERBS.find((verb) => verb === name);
  if (!verb || rest.length > 0) throw new Refusal(`expected one of ${VERBS.join(', ')}, got '${positionals.join(' ')}'.`);
  if (verb !== 'install' && (gpu !== undefined || from !== undefined)) throw new Refusal(`--gpu and --from belong to install, not to ${verb}.`);
  for (const [option, value] of Object.entries({ from, cache })) if (value === '') throw new Refusal(`--${option} takes a path, got ''.`);
  return { verb, gpu: gpu ?? false, from, cache: resolve(cache ?? defaultCache()) };
}
