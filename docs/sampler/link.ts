import { directionCount, generators, greatestSeed, greatestShift, initial, truncations, type Sample } from './sample.ts';

export interface ReadLink {
  readonly sample: Sample;
  /** What was not understood, each with the values that would be. */
  readonly problems: readonly string[];
}

type Key = 'generator' | 'seed' | 'toward' | 'at' | 'truncation' | 'shifts';
interface Kind {
  /** Undefined where the text stands for no value. */
  readonly read: (text: string) => unknown;
  readonly valid: string;
}

const seed: Kind = {
  read: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
  valid: `an integer from 0 to ${greatestSeed}`,
};
const kinds: Readonly<Record<Key, Kind>> = {
  generator: { read: (text) => generators.find((name) => name === text), valid: generators.join(', ') },
  seed,
  toward: seed,
  at: { read: (text) => (/^0(\.\d{1,4})?$/.test(text) ? Number(text) : undefined), valid: 'a number from 0 to 1, without 1' },
  truncation: { read: (text) => truncations.find((value) => text === say(value)), valid: truncations.map(say).join(', ') },
  shifts: { read: shifts, valid: `${directionCount} numbers from -${greatestShift} to ${greatestShift} with commas between` },
};

/** The part of an address after `#` that stands for what is shown. */
export function writeLink({ generator, seed, toward, at, truncation, shifts }: Sample): string {
  const parts = [`generator=${generator}`, `seed=${seed}`];
  const way = Math.min(0.9999, Number(at.toFixed(4)));
  if (way > 0) parts.push(`toward=${toward}`, `at=${way}`);
  if (truncation !== null) parts.push(`truncation=${say(truncation)}`);
  if (shifts.some((value) => value !== 0)) parts.push(`shifts=${shifts.map((value) => Number(value.toFixed(2))).join(',')}`);
  return parts.join('&');
}

/** What an address stands for. What it does not say, or says wrongly, is as at first; an anchor says nothing. */
export function readLink(hash: string): ReadLink {
  if (!hash.includes('=')) return { sample: initial, problems: [] };
  const read = new Map<string, unknown>();
  const problems: string[] = [];
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    if (!isKey(key)) problems.push(`there is no setting '${short(key)}'; the settings are ${Object.keys(kinds).join(', ')}.`);
    else if (read.has(key)) problems.push(`${key} is given twice; the first one counts.`);
    else {
      const value = kinds[key].read(text);
      if (value === undefined) problems.push(`${key} cannot be '${short(text)}': valid is ${kinds[key].valid}.`);
      else read.set(key, value);
    }
  }
  const sample = { ...initial, ...Object.fromEntries(read) } as Sample;
  return { sample: read.has('toward') ? sample : { ...sample, toward: sample.seed, at: 0 }, problems };
}

function isKey(key: string): key is Key {
  return Object.hasOwn(kinds, key);
}

function shifts(text: string): number[] | undefined {
  const parts = text.split(',');
  if (parts.length !== directionCount || !parts.every((part) => /^-?\d(\.\d{1,2})?$/.test(part))) return undefined;
  const values = parts.map(Number);
  return values.every((value) => Math.abs(value) <= greatestShift) ? values : undefined;
}

function say(truncation: number | null): string {
  return truncation === null ? 'none' : String(truncation);
}

/** A link may hold anything of any length. */
function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
