import { choices, greatestSeed, type ChoiceKey } from './choices.ts';
import { decodeDrawing, encodeDrawing, mostPoints } from './drawing.ts';
import { changed, initial, type Settings } from './settings.ts';

export interface ReadLink {
  readonly settings: Settings;
  /** What was not understood, each with the values that would be. */
  readonly problems: readonly string[];
}

const choiceKeys = Object.keys(choices) as ChoiceKey[];
const validKeys = [...choiceKeys, 'seed', 'points'];

/** The part of an address after `#` that stands for the settings. */
export function writeLink(settings: Settings): string {
  const entries = choiceKeys.map((key) => [key, String(settings[key])]);
  entries.push(['seed', String(settings.seed)]);
  if (settings.data === 'drawn') entries.push(['points', encodeDrawing(settings.drawing)]);
  return entries.map(([key, value]) => `${key}=${value}`).join('&');
}

/** The settings an address stands for. What it does not say, or says wrongly, is as at first; an anchor says nothing. */
export function readLink(hash: string): ReadLink {
  if (!hash.includes('=')) return { settings: initial, problems: [] };
  const given = new Map<string, string>();
  const problems: string[] = [];
  for (const part of hash.replace(/^#/, '').split('&')) {
    const [key, value] = parts(part);
    if (key === '' && value === '') continue;
    if (!validKeys.includes(key)) problems.push(`there is no setting '${short(key)}'; the settings are ${validKeys.join(', ')}.`);
    else if (given.has(key)) problems.push(`${key} is given twice; the first one counts.`);
    else given.set(key, value);
  }
  const read: Record<string, unknown> = {};
  for (const [key, value] of given) {
    const found = key === 'seed' ? seed(value) : key === 'points' ? decodeDrawing(value) : choice(key as ChoiceKey, value);
    if (found === undefined) problems.push(`${key} cannot be '${short(value)}': ${validValues(key)}.`);
    else read[key === 'points' ? 'drawing' : key] = found;
  }
  if (read['data'] === 'drawn' && !(read['drawing'] as unknown[] | undefined)?.length) {
    problems.push('data is drawn, but there are no points; draw some.');
  }
  return { settings: changed(initial, read as Partial<Settings>), problems };
}

function parts(part: string): [key: string, value: string] {
  const at = part.indexOf('=');
  return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
}

/** As it stands where it is not well encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function choice(key: ChoiceKey, text: string): unknown {
  return choices[key].find((value) => (typeof value === 'number' ? text.trim() !== '' && Number(text) === value : text === value));
}

function seed(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) && Number(text) <= greatestSeed ? Number(text) : undefined;
}

function validValues(key: string): string {
  if (key === 'seed') return `it is an integer from 0 to ${greatestSeed}`;
  if (key === 'points') return `it is four letters, digits, - or _ for each of at most ${mostPoints} points`;
  return `valid are ${choices[key as ChoiceKey].join(', ')}`;
}

/** A link may hold anything of any length. */
function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
