import type { ReportPage } from '../../report.ts';
import { fileName } from './entries.ts';
import { coverageTable, resultOf, rollTable } from './tables.ts';

/** The mean distance of two draws of 10,000 points of the Swiss roll, over 24 pairs. */
const rollFloor = 0.0162;

const relativistic = 'relativistic + R1 + R2';
const pages: readonly { readonly page: string; readonly names: readonly string[] }[] = [
  { page: 'packages/vanilla/README.md', names: ['vanillaGan', relativistic] },
  { page: 'packages/lsgan/README.md', names: ['lsgan'] },
  { page: 'packages/wgan-gp/README.md', names: ['wganGp', 'wgan'] },
  { page: 'bench/results/points/README.md', names: ['vanillaGan', 'lsgan', 'wgan', 'wganGp', relativistic] },
];

/** The READMEs of the variants, and one with all of them. */
export function pointsPages(): readonly ReportPage[] {
  return pages.map(({ page, names }) => {
    const folder = page.startsWith('bench/') ? '' : '../../bench/results/points/';
    return { page, bench: 'bench/quality/points', content: sections(names, folder) };
  });
}

function sections(names: readonly string[], folder: string): string {
  const roll = names.includes('wganGp') ? rollTable('wganGp', rollFloor) : '';
  return [coverageTable('ring', names), coverageTable('grid', names), roll, pictures(names, folder)].filter((text) => text !== '').join('\n\n');
}

/** 2,500 samples of the first seed, a row a variant. */
function pictures(names: readonly string[], folder: string): string {
  const cell = (data: string, name: string): string => {
    const file = `${data}-${fileName(name)}`;
    return resultOf(file) ? `<img src="${folder}${file}.png" width="240" alt="2,500 samples of ${name} trained on the ${data}">` : '';
  };
  const sets = ['ring', 'grid', 'swissRoll'].filter((data) => names.some((name) => cell(data, name) !== ''));
  const rows = names.map((name) => `| ${[name, ...sets.map((data) => cell(data, name))].join(' | ')} |`);
  return [`| 2,500 samples of seed 0 | ${sets.join(' | ')} |`, `|---|${sets.map(() => '---|').join('')}`, ...rows].join('\n');
}
