import { GanzooError } from '@ganzoo/core';
import { closest, distance } from 'fastest-levenshtein';

/** Names that differ in nothing but capitals, hyphens and underscores are one: `wgan-gp` is `wganGp`. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** The error about a name nobody knows: the nearest one, and all of them. */
export function unknownName(kind: string, name: string, valid: readonly string[], cure = ''): GanzooError {
  const near = valid.length > 0 ? closest(plain(name), valid.map(plain)) : '';
  const match = valid.find((candidate) => plain(candidate) === near);
  // Half of the letters wrong is no typing error.
  const offer = match !== undefined && distance(plain(name), near) <= Math.max(1, name.length / 2) ? ` Did you mean '${match}'?` : '';
  return new GanzooError('command', `no ${kind} is called '${name}'.${offer} There are: ${valid.join(', ') || 'none'}.${cure && ` ${cure}`}`);
}
