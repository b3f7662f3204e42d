/** Results as Markdown: the same tables wherever they are shown. */
import { existsSync, readFileSync } from 'node:fs';
import { table } from '../../markdown.ts';
import { mean, spread } from '../../statistics.ts';
import { fileName } from './entries.ts';
import { ceilings, goals, published, type Published } from './published.ts';
import type { Result } from './points.ts';
import type { Row } from './seed.ts';

const folder = new URL('../../results/points/', import.meta.url);

/** An entry's results, if it has any. */
export function resultOf(name: string): Result | undefined {
  const path = new URL(`${name}.json`, folder);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result) : undefined;
}

/** In a few words: modes found and samples of high quality, on average over the seeds. */
export function coverage(data: 'ring' | 'grid', name: string): string {
  const rows = resultOf(`${data}-${fileName(name)}`)?.rows ?? [];
  if (rows.length === 0) return '';
  return `${mean(values(rows, 'modes')).toFixed(1)} modes, ${(100 * mean(values(rows, 'highQuality'))).toFixed(0)} %`;
}

/** One table of points: what was measured, what was published, what is possible. */
export function coverageTable(data: 'ring' | 'grid', names: readonly string[]): string {
  const all = goals[data].modes;
  const ours = names.flatMap((name) => {
    const result = resultOf(`${data}-${fileName(name)}`);
    if (!result || result.rows.length === 0) return [];
    const { rows } = result;
    const full = rows.filter(({ modes }) => modes === all).length;
    return [
      [
        `**${name}**`,
        spread(values(rows, 'modes'), 1),
        `${full} of ${rows.length}`,
        spread(
          values(rows, 'highQuality').map((share) => 100 * share),
          1,
        ),
        mean(values(rows, 'reverseKl')).toFixed(3),
        (rows[0] as Row).steps.toLocaleString('en'),
        mean(values(rows, 'cpuSeconds')).toFixed(0),
      ],
    ];
  });
  if (ours.length === 0) return '';
  const theirs = [...published[data], ceilings[data]].map(({ who, modes, highQuality, reverseKl }: Published) => [
    who,
    modes,
    '',
    highQuality,
    reverseKl,
    '',
    '',
  ]);
  const head = [data, 'modes', `seeds with all ${all}`, 'high quality, %', 'reverse KL', 'steps', 'seconds of a core'];
  return `${table(head, [...ours, ...theirs])}\n\n${verdict(data, names)}`;
}

/** Which goals were met and which were not. */
function verdict(data: 'ring' | 'grid', names: readonly string[]): string {
  const { modes, highQuality } = goals[data];
  const measured = names.flatMap((name) => {
    const rows = resultOf(`${data}-${fileName(name)}`)?.rows ?? [];
    return rows.length === 0 ? [] : [{ name, rows }];
  });
  const judge = (goal: string, isMet: (rows: readonly Row[]) => boolean): string => {
    const [met, missed] = [true, false].map((wanted) => measured.filter(({ rows }) => isMet(rows) === wanted).map(({ name }) => name));
    return `${goal}: ${[met?.length ? `met by ${met.join(', ')}` : '', missed?.length ? `missed by ${missed.join(', ')}` : ''].filter(Boolean).join('; ')}.`;
  };
  const coverage = judge(`Goal ${modes} of ${modes} modes in 10 of 10 seeds`, (rows) => rows.length >= 10 && rows.every((row) => row.modes === modes));
  const share = judge(`Goal ${highQuality} % of high quality`, (rows) => 100 * mean(values(rows, 'highQuality')) >= highQuality);
  return `${coverage} ${share}`;
}

/** The sliced Wasserstein distances of one entry, beside the distance of two draws of the data. */
export function rollTable(name: string, floor: number): string {
  const rows = resultOf(`swissRoll-${name}`)?.rows ?? [];
  if (rows.length === 0) return '';
  const [first] = rows as [Row];
  const shown = table(
    ['Swiss roll', 'sliced W1 of 10,000 samples', 'steps', 'seconds of a core'],
    [
      [`**${name}**`, spread(values(rows, 'slicedWasserstein'), 4), first.steps.toLocaleString('en'), mean(values(rows, 'cpuSeconds')).toFixed(0)],
      ['two draws of the points', floor.toFixed(4), '', ''],
    ],
  );
  const met = mean(values(rows, 'slicedWasserstein')) <= 2 * floor;
  return `${shown}\n\nGoal at most twice the distance of two draws: ${met ? 'met' : 'missed'}.`;
}

function values(rows: readonly Row[], key: keyof Row): number[] {
  return rows.map((row) => row[key] ?? Number.NaN);
}
