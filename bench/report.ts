/**
 * Writes the results into the pages they belong to, between two comments: `pnpm --filter @ganzoo/bench report`. With
 * `--check` it writes nothing and fails where a page does not say what the results say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { frontPages } from './front.ts';
import { digitsPages } from './quality/digits/pages.ts';
import { mistakesPages } from './quality/mistakes/pages.ts';
import { pointsPages } from './quality/points/pages.ts';
import { speedPages } from './speed/pages.ts';

/** A place in a page, named by the folder of the bench that fills it. */
export interface ReportPage {
  readonly page: string;
  readonly bench: string;
  readonly content: string;
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const { page, bench, content } of [...pointsPages(), ...digitsPages(), ...mistakesPages(), ...speedPages(), ...frontPages()]) {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- results of ${bench} -->`, '<!-- end of results -->'];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for results: put ${begin} and ${end} into it.`);
  const updated = `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
  if (updated === text) continue;
  stale.push(page);
  if (!check) writeFileSync(path, updated);
}
console.log(stale.length === 0 ? 'all pages say what the results say' : `${check ? 'stale' : 'written'}: ${stale.join(', ')}`);
if (check && stale.length > 0) process.exit(1);
