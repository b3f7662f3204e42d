import { existsSync, readFileSync } from 'node:fs';
import { table } from '../../markdown.ts';
import type { ReportPage } from '../../report.ts';
import { deviation, mean, spread } from '../../statistics.ts';
import { entries, type Entry } from './entries.ts';
import { pictureOf, resultOf, type Row } from './results.ts';
import type { Scores } from './score.ts';
import { settingsTable } from './setting-rows.ts';
import type { Engine } from './training.ts';

const pages: readonly { readonly page: string; readonly names: readonly string[] }[] = [
  { page: 'packages/vanilla/README.md', names: ['vanillaGan'] },
  { page: 'packages/dcgan/README.md', names: ['dcgan'] },
  { page: 'packages/lsgan/README.md', names: ['lsgan'] },
  { page: 'packages/wgan-gp/README.md', names: ['wganGp'] },
  { page: 'bench/results/digits/README.md', names: entries.map(({ name }) => name) },
];

/** The READMEs of the variants, and one with all of them. */
export function digitsPages(): readonly ReportPage[] {
  const settings = { page: 'bench/results/digits/README.md', bench: 'bench/quality/digits/settings.ts', content: settingsTable() };
  const trained = pages.map(({ page, names }) => {
    const chosen = entries.filter(({ name }) => names.includes(name));
    const parts = [scoreTable(chosen), ...chosen.map(verdict), pictures(chosen, page.startsWith('bench/') ? '' : '../../bench/results/digits/')];
    return { page, bench: 'bench/quality/digits', content: parts.filter((part) => part !== '').join('\n\n') };
  });
  return [...trained, settings];
}

const engineNames: Readonly<Record<Engine, string>> = { ganzoo: '', pytorch: ' in PyTorch' };

function measured(chosen: readonly Entry[]): { entry: Entry; engine: Engine; rows: readonly Row[] }[] {
  return chosen
    .flatMap((entry) => (['ganzoo', 'pytorch'] as const).map((engine) => ({ entry, engine, rows: resultOf(entry).rows[engine] })))
    .filter(({ rows }) => rows.length > 0);
}

function scoreTable(chosen: readonly Entry[]): string {
  const rows = measured(chosen).map(({ entry, engine, rows }) => [
    engine === 'ganzoo' ? `**${entry.name}**` : `${entry.name}${engineNames[engine]}`,
    spread(
      rows.map((row) => row.score),
      2,
    ),
    spread(
      rows.map((row) => row.distance),
      2,
    ),
    spread(
      rows.map((row) => row.precision),
      3,
    ),
    spread(
      rows.map((row) => row.recall),
      3,
    ),
    spread(
      rows.map((row) => row.classKl),
      4,
    ),
    spread(
      rows.map((row) => 100 * row.ganTrain),
      2,
    ),
    String(rows.length),
    (mean(rows.map(({ cpuSeconds }) => cpuSeconds)) / 60).toFixed(0),
  ]);
  if (rows.length === 0) return 'Not measured yet.';
  const real = floor();
  const others = real
    ? [
        [
          'other digits of MNIST',
          real.score.toFixed(2),
          real.distance.toFixed(2),
          real.precision.toFixed(3),
          real.recall.toFixed(3),
          real.classKl.toFixed(4),
          (100 * real.ganTrain).toFixed(2),
          '',
          '',
        ],
      ]
    : [];
  const head = ['MNIST', 'classifier score', 'Fréchet classifier distance', 'precision', 'recall', 'class KL', 'GAN-train, %', 'seeds', 'minutes of a core'];
  return table(head, [...rows, ...others]);
}

/** Which goals were met and which were not. */
function verdict(entry: Entry): string {
  const { ganzoo, pytorch } = resultOf(entry).rows;
  if (ganzoo.length === 0) return '';
  const score = mean(ganzoo.map((row) => row.score));
  const first = `${entry.name}: goal of a score of ${entry.goal.toFixed(1)} ${score >= entry.goal ? 'met' : 'missed'}`;
  if (pytorch.length === 0) return `${first}.`;
  const theirs = pytorch.map((row) => row.distance);
  const limit = mean(theirs) + deviation(theirs);
  const ours = mean(ganzoo.map((row) => row.distance));
  return `${first}; goal of a distance of at most the twin's mean and one deviation (${limit.toFixed(2)}) ${ours <= limit ? 'met' : 'missed'}.`;
}

/** The first samples of the first seed. */
function pictures(chosen: readonly Entry[], folder: string): string {
  const cells = measured(chosen).filter(({ entry, engine }) => existsSync(pictureOf(entry, engine)));
  if (cells.length === 0) return '';
  const rows = cells.map(({ entry, engine }) => {
    const label = `${entry.name}${engineNames[engine]}`;
    return [label, `<img src="${folder}${entry.name}-${engine}.png" alt="100 digits of ${label}">`];
  });
  return table(['', '100 digits of seed 0, not chosen'], rows);
}

function floor(): Scores | undefined {
  const path = new URL('../../results/digits/floor.json', import.meta.url);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Scores) : undefined;
}
