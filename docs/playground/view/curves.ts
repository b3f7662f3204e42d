import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Totals } from '../words/totals.ts';
import { element } from './elements.ts';
import type { History } from './history.ts';
import type { Theme } from '../paint/scene.ts';

const height = 210;
const names: Readonly<Record<string, string>> = {
  discriminator: 'discriminator',
  generator: 'generator',
  penalty: 'penalty',
  optimum: 'optimum of the discriminator',
};
const keys = ['discriminator', 'generator', 'penalty'] as const satisfies readonly (keyof Totals)[];

/** The losses over the steps, and the discriminator's at the optimum as a dotted line. */
export class Curves {
  readonly #chart = element('div', { class: 'plot', role: 'img', 'aria-label': 'Losses over steps; the last values stand below' });
  readonly #values = Object.fromEntries([...keys, 'optimum'].map((key) => [key, element('b', {}, '–')]));
  readonly place = element(
    'div',
    { class: 'curves' },
    this.#chart,
    element('ul', { class: 'lines' }, ...Object.entries(this.#values).map(([key, value]) => element('li', { class: key }, element('i'), names[key], value))),
  );
  readonly #theme: () => Theme;
  #optimum = 0;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[], [], [], []];
  readonly #observer = new ResizeObserver(() => this.#fit());

  constructor(theme: () => Theme) {
    this.#theme = theme;
    this.#observer.observe(this.#chart);
  }

  show(history: History, optimum: number): void {
    this.#data = history.columns(keys) as uPlot.AlignedData;
    for (const [i, key] of keys.entries()) (this.#values[key] as HTMLElement).textContent = short(this.#data[i + 1]?.at(-1) as number | null | undefined);
    (this.#values['optimum'] as HTMLElement).textContent = short(optimum);
    const isSame = optimum === this.#optimum;
    this.#optimum = optimum;
    if (isSame) this.#plot?.setData(this.#data);
    else this.restyle();
  }

  /** Again, in the colours of now. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#fit();
  }

  #fit(): void {
    const width = this.#chart.clientWidth;
    if (width === 0) return;
    if (!this.#plot) this.#plot = new uPlot(this.#options(width), this.#data, this.#chart);
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height });
  }

  #options(width: number): uPlot.Options {
    const theme = this.#theme();
    const axis: uPlot.Axis = { stroke: theme.faint, grid: { stroke: theme.rule, width: 1 }, ticks: { stroke: theme.rule, width: 1 }, font: '12px system-ui' };
    return {
      width,
      height,
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false }, y: { range: (_plot, least, most) => padded(least, most, this.#optimum) } },
      legend: { show: false },
      series: [
        { label: 'step' },
        { label: 'discriminator', stroke: theme.discriminator, width: 1.75, points: { show: false } },
        { label: 'generator', stroke: theme.generated, width: 1.75, points: { show: false } },
        { label: 'penalty', stroke: theme.faint, width: 1.25, dash: [4, 3], points: { show: false } },
      ],
      axes: [
        { ...axis, space: 60, size: 32 },
        { ...axis, size: 48, space: 34 },
      ],
      hooks: { draw: [(plot) => this.#drawOptimum(plot, theme)] },
    };
  }

  #drawOptimum(plot: uPlot, theme: Theme): void {
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(this.#optimum, 'y', true));
    ctx.save();
    ctx.strokeStyle = theme.discriminator;
    ctx.globalAlpha = 0.7;
    ctx.setLineDash([2, 4]);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }
}

/** What there is, the optimum, and some air. */
function padded(least: number | null, most: number | null, optimum: number): [least: number, most: number] {
  const [low, high] = [Math.min(least ?? optimum, optimum), Math.max(most ?? optimum, optimum)];
  const air = 0.08 * (high - low || 1);
  return [low - air, high + air];
}

function short(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3).replace('-', '−');
}
