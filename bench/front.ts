import { cards } from '../packages/pretrained/src/cards.ts';
import { table } from './markdown.ts';
import { coverage } from './quality/points/tables.ts';
import type { ReportPage } from './report.ts';
import { speedResults } from './speed/pages.ts';
import type { SpeedResult } from './speed/result.ts';

interface Row {
  readonly name: string;
  readonly package: string;
  readonly paper: string;
  readonly pretrained?: string;
}

const variants: readonly Row[] = [
  { name: 'vanillaGan', package: 'vanilla', paper: '[Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661)', pretrained: 'mnist-vanilla' },
  { name: 'dcgan', package: 'dcgan', paper: '[Radford et al. 2015](https://arxiv.org/abs/1511.06434)', pretrained: 'mnist-dcgan' },
  { name: 'lsgan', package: 'lsgan', paper: '[Mao et al. 2017](https://arxiv.org/abs/1611.04076)', pretrained: 'mnist-lsgan' },
  { name: 'wgan', package: 'wgan-gp', paper: '[Arjovsky et al. 2017](https://arxiv.org/abs/1701.07875)' },
  { name: 'wganGp', package: 'wgan-gp', paper: '[Gulrajani et al. 2017](https://arxiv.org/abs/1704.00028)', pretrained: 'mnist-wgan-gp' },
];

const workloads = {
  'dcgan step': 'DCGAN',
  'wgan-gp critic step': 'critic of WGAN-GP',
  'plane mlp step': 'MLP in the plane',
  'sampling 1,000 digits': '1,000 samples',
};

/** The tables of the README at the root. */
export function frontPages(): readonly ReportPage[] {
  return [
    { page: 'README.md', bench: 'bench/quality', content: variantTable() },
    { page: 'README.md', bench: 'bench/speed', content: speedTable() },
  ];
}

function variantTable(): string {
  const rows = variants.map(({ name, package: folder, paper, pretrained }) => {
    const scores = cards.find((card) => card.name === pretrained)?.scores;
    const two = (value: number | undefined): string => value?.toFixed(2) ?? '';
    return [`[\`${name}\`](packages/${folder})`, paper, coverage('ring', name), coverage('grid', name), two(scores?.score), two(scores?.distance)];
  });
  return table(['variant', 'paper', 'ring of 8', 'grid of 25', 'digits: score', 'distance'], rows);
}

function speedTable(): string {
  const cell = (row: SpeedResult['rows'][string] | undefined): string => (row ? `${row.ms} ms, ${row.ratio.toFixed(2)}` : '');
  const rows = speedResults().map(({ backend, device, rows: all }) => [`\`${backend}\``, device].concat(Object.keys(workloads).map((name) => cell(all[name]))));
  return table(['backend', 'on', ...Object.values(workloads)], rows);
}
