/**
 * Writes the results into the READMEs they belong to, between two comments: `pnpm --filter @ganzoo/bench report`. With
 * `--check` it writes nothing and fails where one does not say what the results say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileName } from './entries.ts';
import { coverageTable, resultOf, rollTable } from './tables.ts';

/** The mean distance of two draws of 10,000 points of the Swiss roll, over 24 pairs. */
const rollFloor = 0.0162;

const relativistic = 'relativistic + R1 + R2';
const pages: readonly { readonly page: string; readonly names: readonly string[] }[] = [
  { page: 'packages/vanilla/README.md', names: ['vanillaGan', relativistic] },
  { page: 'packages/lsgan/README.md', names: ['lsgan'] },
  { page: 'packages/wgan-gp/README.md', names: ['wganGp', 'wgan'] },
  { page: 'bench/results/quality/README.md', names: ['vanillaGan', 'lsgan', 'wgan', 'wganGp', relativistic] },
];
const [begin, end] = ['<!-- results of bench/quality -->', '<!-- end of results -->'];

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const { page, names } of pages) {
  const path = fileURLToPath(new URL(`../../${page}`, import.meta.url));
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for results: put ${begin} and ${end} into it.`);
  const folder = page.startsWith('bench/') ? '' : '../../bench/results/quality/';
  const updated = `${text.slice(0, from)}${begin}\n\n${sections(names, folder)}\n\n${text.slice(to)}`;
  if (updated === text) continue;
  stale.push(page);
  if (!check) writeFileSync(path, updated);
}
console.log(stale.length === 0 ? 'all pages say what the results say' : `${check ? 'stale' : 'written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) process.exit(1);

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
