import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GanzooError, type SavedGenerator } from '@ganzoo/core';
import { loadGenerator } from '@ganzoo/node';
import { cards, load, type Card } from '@ganzoo/pretrained';
import { plain, unknownName } from './nearest.ts';

/** The card of a trained generator that comes with the command, unless something in the working directory has that name. */
export function pretrained(name: string): Card | undefined {
  return existsSync(name) ? undefined : cards.find((card) => plain(card.name) === plain(name));
}

/**
 * A generator: of a run, its best one, a bare model, or one that comes with the command.
 *
 * @throws GanzooError where there is none
 */
export async function openGenerator(name: string, { best = false }: { readonly best?: boolean } = {}): Promise<SavedGenerator> {
  const card = pretrained(name);
  if (card && best) throw new GanzooError('command', `--best is for runs; '${card.name}' is one generator.`);
  if (card) return load(card.name);
  // A word without a slash that is nothing here was meant as a name.
  const names = cards.map((each) => each.name);
  if (!existsSync(name) && !/[\\/]/.test(name)) throw unknownName('run or trained generator', name, names, 'Or give the path of a run directory.');
  return loadGenerator(best ? join(name, 'checkpoints/best') : name);
}
