import type { Json } from '@ganzoo/core';
import type { RunLog, Series } from './run-log.ts';

/** Rows that a chart is drawn from; more are thinned. */
const MOST_ROWS = 3000;

export interface Chart {
  readonly title: string;
  readonly kind: 'loss' | 'measured';
  /** The greatest and least value shown, where they are known beforehand. */
  readonly range?: readonly [number, number];
  readonly lines: readonly string[];
  /** What each line is called in the log. */
  readonly names: readonly string[];
  readonly steps: readonly number[];
  /** One list a line. Null where the value was not finite, false where there is none at this step. */
  readonly values: readonly (readonly (number | null | false)[])[];
}

/** A chart for each player, each accuracy and each metric, in this order, in the order of the log. */
export function chartsOf({ header, series }: RunLog): Chart[] {
  const players = playersOf(header);
  const charts = new Map<string, Line[]>();
  for (const [name, values] of series) {
    const slash = name.indexOf('/');
    const part = name.slice(slash + 1);
    // A share of all samples on the axis of the losses would flatten them.
    const title = slash < 0 || part === 'accuracy' ? name : name.slice(0, slash);
    charts.set(title, [...(charts.get(title) ?? []), { line: part, name, series: values }]);
  }
  const isLoss = (title: string): boolean => (players ? players.includes(title.split('/')[0] as string) : title.includes('/') || !series.has(title));
  const all = [...charts].map(([title, lines]) => chartOf(title, isLoss(title) ? 'loss' : 'measured', lines));
  const rank = ({ kind, range }: Chart): number => (kind === 'measured' ? 2 : range ? 1 : 0);
  return all.sort((a, b) => rank(a) - rank(b));
}

interface Line {
  readonly line: string;
  readonly name: string;
  readonly series: Series;
}

function chartOf(title: string, kind: Chart['kind'], lines: readonly Line[]): Chart {
  const chart = { title, kind, ...table(lines) };
  return kind === 'loss' && title.endsWith('/accuracy') ? { ...chart, range: [0, 1] } : chart;
}

function playersOf(header: RunLog['header']): string[] | undefined {
  const players = (header as { gan?: { config?: { players?: Json } } }).gan?.config?.players;
  return typeof players === 'object' && players !== null ? Object.keys(players) : undefined;
}

function table(lines: readonly Line[]): Pick<Chart, 'lines' | 'names' | 'steps' | 'values'> {
  const steps = [...new Set(lines.flatMap(({ series }) => series.steps))].sort((a, b) => a - b);
  const columns = lines.map(({ series }) => {
    let next = 0;
    return steps.map((step) => (series.steps[next] === step ? (series.values[next++] as number | null) : false));
  });
  const rows = thinned(columns, steps.length);
  return {
    lines: lines.map(({ line }) => line),
    names: lines.map(({ name }) => name),
    steps: rows.map((row) => steps[row] as number),
    values: columns.map((column) => rows.map((row) => rounded(column[row]))),
  };
}

/** The rows to draw: of each stretch those with the least and the greatest value of a line, so that no peak is lost, and one without. */
function thinned(columns: readonly (readonly (number | null | false)[])[], length: number): number[] {
  if (length <= MOST_ROWS) return Array.from({ length }, (_, row) => row);
  const kept = new Set([0, length - 1]);
  const stretches = Math.floor((MOST_ROWS - 2) / (3 * columns.length));
  for (let stretch = 0; stretch < stretches; stretch++) {
    const [from, to] = [stretch, stretch + 1].map((edge) => Math.floor((edge * length) / stretches)) as [number, number];
    for (const column of columns) {
      let least: number | undefined;
      let most: number | undefined;
      let none: number | undefined;
      for (let row = from; row < to; row++) {
        const value = column[row];
        if (typeof value === 'number') {
          if (least === undefined || value < (column[least] as number)) least = row;
          if (most === undefined || value > (column[most] as number)) most = row;
        } else if (value === null) none ??= row;
      }
      for (const row of [least, most, none]) if (row !== undefined) kept.add(row);
    }
  }
  return [...kept].sort((a, b) => a - b);
}

/** More digits than a chart shows are bytes in the page. */
function rounded(value: number | null | false | undefined): number | null | false {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : (value ?? null);
}
