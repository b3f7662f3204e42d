import { readFile } from 'node:fs/promises';
import type { Json } from '@ganzoo/core';

const MOST_ROWS = 400;
const MOST_CHARACTERS = 300;

/** `config.json` of a run directory; undefined where there is none that can be read. */
export async function readConfig(path: string): Promise<Readonly<Record<string, Json>> | undefined> {
  try {
    const config = JSON.parse(await readFile(path, 'utf8')) as Json;
    return typeof config === 'object' && config !== null && !Array.isArray(config) ? (config as Record<string, Json>) : undefined;
  } catch {
    return undefined;
  }
}

/** Nested settings as rows of a table: `gan` is `dcgan`, `gan.networks.generator.latentDim` is `100`. */
export function settingRows(settings: Json): [string, string][] {
  const rows: [string, string][] = [];
  collect('', settings, rows);
  if (rows.length <= MOST_ROWS) return rows;
  return [...rows.slice(0, MOST_ROWS), ['…', `${rows.length - MOST_ROWS} more`]];
}

function collect(name: string, value: Json, rows: [string, string][]): void {
  const isList = Array.isArray(value) && !value.some((item) => typeof item === 'object' && item !== null);
  if (typeof value !== 'object' || value === null || isList || Object.keys(value).length === 0) {
    rows.push([name, shown(value)]);
    return;
  }
  const plug = asPlug(value);
  if (plug) rows.push([name, shown(plug.name)]);
  for (const [key, item] of Object.entries(plug ? plug.config : value)) collect(name === '' ? key : `${name}.${key}`, item as Json, rows);
}

/** What every part of a run says of itself: its name and config stand in one row and those below it. */
function asPlug(value: object): { readonly name: string; readonly config: object } | undefined {
  const { name, config, ...rest } = value as { readonly name?: Json; readonly config?: Json };
  const isPlug = typeof name === 'string' && typeof config === 'object' && config !== null && !Array.isArray(config) && Object.keys(rest).length === 0;
  return isPlug ? { name, config } : undefined;
}

function shown(value: Json): string {
  const text = typeof value === 'string' ? value : Array.isArray(value) ? `[${value.join(', ')}]` : JSON.stringify(value);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)} …`;
}
