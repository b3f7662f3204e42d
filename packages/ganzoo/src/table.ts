import { short } from './words.ts';

/** Numbers by name, and next to them others of the same names: aligned, without a head where there is one column. */
export function table(values: Readonly<Record<string, number>>, others: Readonly<Record<string, number>> | undefined, head: readonly string[]): string {
  const rows = Object.entries(values).map(([name, value]) => (others ? [name, short(value), short(others[name] as number)] : [name, short(value)]));
  const all = others ? [['', ...head], ...rows] : rows;
  const widths = (all[0] as string[]).map((_, column) => Math.max(...all.map((row) => (row[column] as string).length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
