import { existsSync, readFileSync } from 'node:fs';
import { table } from '../../markdown.ts';
import type { ReportPage } from '../../report.ts';
import type { Mistakes } from './mistakes.ts';

/** The tables of the guide on metrics. */
export function mistakesPages(): readonly ReportPage[] {
  const path = new URL('../../results/mistakes.json', import.meta.url);
  if (!existsSync(path)) return [];
  const { rows, bySize, order, samples } = JSON.parse(readFileSync(path, 'utf8')) as Mistakes;
  const head = [`${samples.toLocaleString('en')} digits`, 'score', 'Fréchet', 'KID', 'precision', 'recall', 'density', 'coverage', 'class KL'];
  const cells = rows.map((row) => {
    const shares = (['precision', 'recall', 'density', 'coverage', 'classKl'] as const).map((key) => row[key].toFixed(3));
    return [row.name, row.score.toFixed(2), row.distance.toFixed(2), row.kernelDistance.toFixed(4)].concat(shares);
  });
  const sizes = bySize.map((row) => [row.samples.toLocaleString('en'), row.distance.toFixed(2), row.kernelDistance.toFixed(4)]);
  const content = [
    table(head, cells),
    table(['digits of either side', 'Fréchet', 'KID'], sizes),
    `The classifier score of the test digits in ten parts is ${order.shuffled.toFixed(2)} shuffled and ${order.sorted.toFixed(2)} sorted by class.`,
  ];
  return [{ page: 'docs/guide/metrics.md', bench: 'bench/quality/mistakes', content: content.join('\n\n') }];
}
