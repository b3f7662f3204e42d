import { open, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Json } from '@ganzoo/core';
import { duration, speedometer } from '../progress-text.ts';
import { chartsOf } from '../report/curves.ts';
import { factsOf, titleOf } from '../report/facts.ts';
import { html } from '../report/page.ts';
import { runLogReader } from '../report/run-log.ts';
import { readConfig, settingRows } from '../report/settings.ts';
import { stepPictures } from '../step-pictures.ts';
import { linesFrom } from './log-tail.ts';
import { liveScript } from './live-script.ts';

/** Pictures of a page: every one, every second, every fourth and so on, and the last. A browser fetches those that are looked at. */
const MOST_PICTURES = 512;

type Entry = Readonly<Record<string, Json>>;

/** What has happened in a run directory. */
export interface News {
  readonly entries: readonly Entry[];
  readonly facts: readonly (readonly [string, string])[];
  readonly pictures: readonly { readonly step: number; readonly source: string }[];
}

/** A run directory as those who watch it have seen it. */
export interface RunView {
  /** Reads on; with `isLast` pictures come whole, since nobody can be asked for them any more. Undefined where nothing has happened, 'reload' where what was seen is no longer there. */
  readonly look: (isLast: boolean) => Promise<News | 'reload' | undefined>;
  /** @param after the event that the page has all up to */
  readonly page: (after: string) => Promise<string>;
}

export function runView(dir: string): RunView {
  const log = join(dir, 'log.jsonl');
  let reader = runLogReader();
  let speed = speedometer();
  let rates = { steps: 0, samples: 0 };
  let end = 0;
  let lastPicture = -1;

  const add = (line: string): Entry[] => {
    const entry = reader.add(line);
    if (!entry) return [];
    const { step, realSamples, seconds } = entry;
    if (entry['gan'] !== undefined) speed = speedometer();
    else if (typeof step === 'number' && typeof realSamples === 'number' && typeof seconds === 'number') rates = speed({ step, realSamples, seconds });
    return [entry];
  };
  const facts = (): [string, string][] => {
    const now = reader.log();
    const left = Number(now.header['steps'] ?? 0) - now.step;
    const [steps, ...others] = factsOf(now) as [[string, string]];
    return [
      steps,
      ...(rates.samples > 0 ? [['Images a second', rates.samples.toPrecision(3)] as [string, string]] : []),
      ...(rates.steps > 0 && left > 0 ? [['Time left', duration(left / rates.steps)] as [string, string]] : []),
      ...others,
    ];
  };
  const look: RunView['look'] = async (isLast) => {
    const stretch = await linesFrom(log, end);
    if (!stretch) {
      [reader, end, lastPicture] = [runLogReader(), 0, -1];
      return 'reload';
    }
    ({ end } = stretch);
    const entries = stretch.lines.flatMap(add);
    const files = (await stepPictures(join(dir, 'samples'))).filter(({ step }) => step > lastPicture);
    const pictures = await Promise.all(
      files.slice(isLast ? -1 : 0).map(async ({ step, path }) => ({ step, source: isLast ? await whole(path) : sourceOf(step) })),
    );
    lastPicture = pictures.at(-1)?.step ?? lastPicture;
    return entries.length + pictures.length === 0 ? undefined : { entries, facts: facts(), pictures };
  };

  return {
    look,
    async page(after) {
      const now = reader.log();
      const [config, samples] = await Promise.all([readConfig(join(dir, 'config.json')), linked(join(dir, 'samples'))]);
      const { step: _, ...header } = now.header;
      return html({
        title: titleOf(now, config),
        about: basename(resolve(dir)),
        facts: facts(),
        failure: now.failure,
        charts: chartsOf(now),
        samples,
        settings: settingRows(config ?? header),
        live: { after, script: liveScript },
      });
    },
  };
}

function sourceOf(step: number): string {
  return `samples/step-${String(step).padStart(6, '0')}.png`;
}

async function whole(path: string): Promise<string> {
  return `data:image/png;base64,${await readFile(path, 'base64')}`;
}

async function linked(folder: string): Promise<Parameters<typeof html>[0]['samples']> {
  const files = await stepPictures(folder);
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2(files.length / MOST_PICTURES)));
  const chosen = files.filter((_, index) => index % stride === 0 || index === files.length - 1);
  const first = chosen[0] && (await sizeOf(chosen[0].path));
  return { pictures: first ? chosen.map(({ step }) => ({ step, width: first.width, height: first.height, source: sourceOf(step) })) : [], total: files.length };
}

/** Width and height of a PNG file: those of a run are of one size. */
async function sizeOf(path: string): Promise<{ width: number; height: number } | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(24), 0, 24, 0);
    return bytesRead === 24 ? { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) } : undefined;
  } finally {
    await file.close();
  }
}
