import { access } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { expectInteger, expectKeys, GanzooError, type Callback, type Run } from '@ganzoo/core';
import { folder } from '../folder.ts';
import { chartsOf } from './curves.ts';
import { factsOf, titleOf } from './facts.ts';
import { inlinePictures, type PictureCache } from './inline-pictures.ts';
import { html, type Page } from './page.ts';
import { readRunLog } from './run-log.ts';
import { readConfig, settingRows } from './settings.ts';

const SCOPE = 'node/report';
const FILE = 'report.html';

/** Between two pages that are written on the way: at least so many seconds, and so many times what the last one took. */
const LEAST_SECONDS = 5;
const LEAST_SHARE = 20;

/** Options of {@link writeReport}. */
export interface WriteReportOptions {
  /** The run directory: with `log.jsonl` as `jsonLog` writes it; `config.json` and `samples/step-*.png` where there are some. */
  readonly dir: string;
}

/** Options of {@link report}. */
export interface ReportOptions extends WriteReportOptions {
  /** Steps from page to page. 500 unless told; however often, it writes at most every five seconds and a twentieth of the time. */
  readonly every?: number;
}

/**
 * Writes `report.html` into a run directory: what the run was, its losses by player, what was measured, its samples over
 * time and its settings. One page of at most 5 MB that asks for nothing else, for browsers on anything from a phone up.
 *
 * Of long logs each chart shows some 3,000 rows, peaks among them; of many pictures every second, fourth and so on.
 *
 * @returns the path of the page, which is replaced whole or not at all
 * @throws GanzooError on a bad option, where there is no log, and where the page cannot be written
 */
export async function writeReport(options: WriteReportOptions): Promise<string> {
  expectKeys(SCOPE, options, ['dir']);
  return write(checkedDir(options.dir), new Map());
}

/**
 * A callback that writes the page of {@link writeReport} every so often and at the end, also after an error. Behind `jsonLog`
 * and `sampleGrid` in the list of callbacks, so that the last line and picture are in it.
 *
 * @throws GanzooError on a bad option; from the training, what `writeReport` throws
 */
export function report(options: ReportOptions): Callback {
  expectKeys(SCOPE, options, ['dir', 'every']);
  const { every = 500 } = options;
  const dir = checkedDir(options.dir);
  expectInteger(SCOPE, 'every', every, 1);
  const cache: PictureCache = new Map();
  let dueAt = 0;
  return {
    name: 'report',
    onStart(run) {
      dueAt = run.seconds + LEAST_SECONDS;
    },
    async onStep(run: Run) {
      if (run.step % every !== 0 || run.seconds < dueAt) return;
      const started = performance.now();
      await write(dir, cache);
      const took = (performance.now() - started) / 1000;
      dueAt = run.seconds + Math.max(LEAST_SECONDS, LEAST_SHARE * took);
    },
    async onEnd() {
      await write(dir, cache);
    },
  };
}

function checkedDir(dir: unknown): string {
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a run directory, such as runs/digits.');
  return dir;
}

async function write(dir: string, cache: PictureCache): Promise<string> {
  const logPath = join(dir, 'log.jsonl');
  await access(logPath).catch((cause: Error) => {
    throw new GanzooError(SCOPE, `there is no log to report of: ${cause.message}. Give jsonLog({ path: '${logPath}' }) to the run, before the report.`, {
      cause,
    });
  });
  const [log, config] = await Promise.all([readRunLog(logPath), readConfig(join(dir, 'config.json'))]);
  const samples = await inlinePictures(join(dir, 'samples'), cache);
  const { step: _, ...header } = log.header;
  const page: Page = {
    title: titleOf(log, config),
    about: `${basename(resolve(dir))}, as of ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    facts: factsOf(log),
    failure: log.failure,
    charts: chartsOf(log),
    samples,
    settings: settingRows(config ?? header),
  };
  await folder(dir).commit(new Map([[FILE, new TextEncoder().encode(await html(page))]]));
  return join(dir, FILE);
}
