import { appendFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, GanzooError } from '@ganzoo/core';
import type { Callback, Run } from '@ganzoo/core';
import { cannotWrite } from './cannot-write.ts';
import { makeDirectory } from './make-directory.ts';

const SCOPE = 'node/json-log';

/** Options of {@link jsonLog}. */
export interface JsonLogOptions {
  /** The file, usually `log.jsonl`. Created with its folder where missing, else appended to. */
  readonly path: string;
  /** Steps from line to line. 10 unless told. Each line waits for the device. */
  readonly every?: number;
}

/**
 * A callback that appends one JSON object a line to a file.
 *
 * Each `fit` writes a header `{ gan: { name, config }, seed, backend, step, steps, batchSize, versions }`; then come lines
 * `{ step, realSamples, seconds, 'player/part': value, ... }` every `every` steps and for the last one, and lines of the same
 * kind with what other callbacks measured; after an error, a last line `{ step, realSamples, seconds, failure }`. A value
 * that is not finite is null.
 *
 * @throws GanzooError on a bad option; from the training, when the file cannot be written
 */
export function jsonLog(options: JsonLogOptions): Callback {
  expectKeys(SCOPE, options, ['path', 'every']);
  const { path, every = 10 } = options;
  if (typeof path !== 'string' || path === '') throw new GanzooError(SCOPE, 'path must name a file, such as runs/digits/log.jsonl.');
  expectInteger(SCOPE, 'every', every, 1);

  let last: Promise<unknown> = Promise.resolve();
  /** One after another, even for a caller that does not wait. */
  const append = (line: () => Promise<object>): Promise<void> => {
    const turn = last.then(async () => write(path, JSON.stringify(await line())));
    last = turn.catch(() => undefined);
    return turn;
  };

  let logged: number | undefined;
  const logStep = (run: Run): Promise<void> => {
    logged = run.step;
    const position = at(run);
    return append(async () => ({ ...position, ...(await run.losses()) }));
  };

  return {
    name: 'jsonLog',
    async onStart(run) {
      logged = run.step;
      await startLine(path);
      await append(async () => header(run));
    },
    async onStep(run) {
      if (run.step % every === 0) await logStep(run);
    },
    onRecord: (run, values) => append(async () => ({ ...at(run), ...values })),
    async onEnd(run, failure) {
      if (failure !== undefined) await append(async () => ({ ...at(run), failure: failure instanceof Error ? failure.message : String(failure) }));
      else if (run.step !== logged) await logStep(run);
    },
  };
}

function at({ step, realSamples, seconds }: Run): { step: number; realSamples: number; seconds: number } {
  return { step, realSamples, seconds: Number(seconds.toFixed(3)) };
}

function header({ gan: { name, config }, seed, backend, step, steps, batchSize }: Run): object {
  const core = createRequire(import.meta.url)('@ganzoo/core/package.json') as { version: string };
  const versions = { '@ganzoo/core': core.version, '@tensorflow/tfjs': tf.version['tfjs-core'], node: process.versions.node };
  return { gan: { name, config }, seed, backend, step, steps, batchSize, versions };
}

/** Creates the folder, and ends the line that a killed process left unfinished. */
async function startLine(path: string): Promise<void> {
  try {
    await makeDirectory(dirname(resolve(path)));
    const before = await readFile(path).catch(() => new Uint8Array());
    if (before.length > 0 && before.at(-1) !== 10) await appendFile(path, '\n');
  } catch (cause) {
    throw cannotWrite(SCOPE, path, cause);
  }
}

async function write(path: string, line: string): Promise<void> {
  try {
    await appendFile(path, `${line}\n`);
  } catch (cause) {
    throw cannotWrite(SCOPE, path, cause);
  }
}
