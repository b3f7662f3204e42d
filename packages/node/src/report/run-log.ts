import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Json } from '@ganzoo/core';

/** Values of one name by step, which rises. A value that was not finite is null. */
export interface Series {
  readonly steps: number[];
  readonly values: (number | null)[];
}

/** What a log says of the run that its last header belongs to. */
export interface RunLog {
  /** The last one, empty where there is none. */
  readonly header: Readonly<Record<string, Json>>;
  /** Times that the run was begun or gone on with. */
  readonly parts: number;
  readonly step: number;
  readonly realSamples: number;
  /** Of all parts. */
  readonly seconds: number;
  readonly failure: string | undefined;
  /** By `player/part` or the name of what was measured. */
  readonly series: ReadonlyMap<string, Series>;
}

const position = new Set(['step', 'realSamples', 'seconds', 'failure']);

/** Takes the lines of a log one after another, and says what they come to. */
export interface RunLogReader {
  /** @returns what the line says, where it is one of a log */
  readonly add: (line: string) => Readonly<Record<string, Json>> | undefined;
  readonly log: () => RunLog;
}

/** Reads what `jsonLog` wrote, see {@link runLogReader}. */
export async function readRunLog(path: string): Promise<RunLog> {
  const reader = runLogReader();
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) reader.add(line);
  return reader.log();
}

/**
 * A header takes back what earlier lines say of later steps, and so does a line of an earlier step. What is no line of a log,
 * such as one that was cut off, is passed over.
 */
export function runLogReader(): RunLogReader {
  const log = { header: {}, parts: 0, step: 0, realSamples: 0, failure: undefined as string | undefined };
  const all = new Map<string, Series>();
  let secondsBefore = 0;
  let seconds = 0;
  const add: RunLogReader['add'] = (line) => {
    const entry = parsed(line);
    const step = entry?.['step'];
    if (!entry || typeof step !== 'number') return undefined;
    log.step = step;
    if (entry['gan'] !== undefined) {
      const isNew = step === 0;
      for (const series of all.values()) cut(series, isNew ? -1 : step);
      secondsBefore = isNew ? 0 : secondsBefore + seconds;
      seconds = 0;
      Object.assign(log, { header: entry, parts: isNew ? 1 : log.parts + 1, failure: undefined });
      return entry;
    }
    if (typeof entry['realSamples'] === 'number') log.realSamples = entry['realSamples'];
    if (typeof entry['seconds'] === 'number') ({ seconds } = entry as { seconds: number });
    if (typeof entry['failure'] === 'string') log.failure = entry['failure'];
    for (const [name, value] of Object.entries(entry)) {
      if (!position.has(name) && (value === null || typeof value === 'number')) append(all, name, step, value);
    }
    return entry;
  };
  return {
    add,
    log: () => ({ ...log, seconds: secondsBefore + seconds, series: new Map([...all].filter(([, { steps }]) => steps.length > 0)) }),
  };
}

function parsed(line: string): Record<string, Json> | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : undefined;
  } catch {
    return undefined;
  }
}

function append(all: Map<string, Series>, name: string, step: number, value: number | null): void {
  const series = all.get(name) ?? { steps: [], values: [] };
  all.set(name, series);
  cut(series, step - 1);
  series.steps.push(step);
  series.values.push(value);
}

/** Removes what comes after that step. */
function cut({ steps, values }: Series, last: number): void {
  let { length } = steps;
  while (length > 0 && (steps[length - 1] as number) > last) length--;
  steps.length = length;
  values.length = length;
}
