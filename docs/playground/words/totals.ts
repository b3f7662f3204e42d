export interface Totals {
  /** Without its penalties. */
  readonly discriminator?: number;
  readonly generator?: number;
  /** All regularizers of the discriminator together. */
  readonly penalty?: number;
}

/** The parts of a loss; what else a player reports is a penalty or a metric. */
const lossParts = new Set(['real', 'fake', 'pairs']);
const metrics = new Set(['accuracy']);

/** The losses of both players, of what a trainer reports by `player/term`. */
export function totals(losses: Readonly<Record<string, number>>): Totals {
  const sums: { discriminator?: number; generator?: number; penalty?: number } = {};
  for (const [key, value] of Object.entries(losses)) {
    const [player, term = ''] = key.split('/') as ['discriminator' | 'generator', string];
    if (metrics.has(term)) continue;
    const total = lossParts.has(term) ? player : 'penalty';
    sums[total] = (sums[total] ?? 0) + value;
  }
  return sums;
}
