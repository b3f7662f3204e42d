import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../src/card.ts';

const [from, to] = ['<!-- cards -->', '<!-- /cards -->'];

/** What the README says of the generators. */
export function table(cards: readonly Card[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const numbers = ({ score, distance, precision, recall }: Card['scores']): string[] => [
    score.toFixed(2),
    distance.toFixed(2),
    precision.toFixed(2),
    recall.toFixed(2),
  ];
  return [
    row(['name', 'variant', 'size', 'real images seen', 'classifier score', 'Fréchet distance', 'precision', 'recall']),
    '|---|---|---|---|---|---|---|---|',
    ...cards.map(({ name, variant, bytes, realImages, scores }) =>
      row([`\`${name}\``, `\`${variant}\``, `${(bytes / 1e6).toFixed(2)} MB`, realImages.toLocaleString('en'), ...numbers(scores)]),
    ),
    ...cards.slice(0, 1).map(({ scoresOfReal }) => row(['real digits', '', '', '', ...numbers(scoresOfReal)])),
  ].join('\n');
}

/** The part of the README that is made of the cards. */
export function madePart(readme: string): string {
  return readme.slice(readme.indexOf(from) + from.length, readme.indexOf(to)).trim();
}

export function writeReadme(cards: readonly Card[]): void {
  const path = join(import.meta.dirname, '../README.md');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text.slice(0, text.indexOf(from) + from.length)}\n\n${table(cards)}\n\n${text.slice(text.indexOf(to))}`);
}
