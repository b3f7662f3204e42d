import type { Frame, Looks } from './engine/protocol.ts';
import type { Point } from './settings/drawing.ts';
import type { Settings } from './settings/settings.ts';
import { lossCaptions } from './words/captions.ts';
import { summary } from './words/summary.ts';
import { totals } from './words/totals.ts';
import { Curves } from './view/curves.ts';
import { element } from './view/elements.ts';
import { History } from './view/history.ts';
import { Legend } from './view/legend.ts';
import { lengthsOf } from './paint/marks.ts';
import { Plane } from './view/plane.ts';
import { Readouts } from './view/readouts.ts';
import type { Theme } from './paint/scene.ts';
import { scaleOf } from './paint/scale.ts';
import { onThemeChange, themeOf } from './view/theme.ts';

/** Milliseconds between two texts while the run goes on: a screen reader is not to be talked over. */
const summaryInterval = 5000;

/** All that shows a run: the plane, its legend, the curves and the numbers. */
export class Picture {
  readonly plane: Plane;
  readonly legend: Legend;
  readonly curves: Curves;
  readonly readouts = new Readouts();
  readonly summary = element('p', { class: 'summary', 'aria-live': 'polite', id: 'playground-summary' });
  readonly #history = new History();
  readonly #stopTheme: () => void;
  #theme: Theme | undefined;
  #real: Float32Array | undefined;
  #frame: Frame | undefined;
  #drawing: { readonly points: readonly Point[]; readonly cursor: Point | undefined } | undefined;
  #told = -Infinity;
  #settings: Settings;

  /** `root` carries the colours. `look` hears what has to be computed. */
  constructor(root: Element, settings: Settings, look: (at: Looks) => void) {
    this.#settings = settings;
    const theme = (): Theme => (this.#theme ??= themeOf(root));
    this.plane = new Plane(theme);
    this.curves = new Curves(theme);
    this.legend = new Legend((shown) => {
      look(shown);
      this.#paint();
    });
    const { canvas } = this.plane;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'The plane, with real and generated samples');
    canvas.setAttribute('aria-describedby', this.summary.id);
    this.#stopTheme = onThemeChange(() => {
      this.#theme = undefined;
      this.plane.repaint();
      this.curves.restyle();
    });
  }

  /** Forgets the run before. */
  clear(settings: Settings): void {
    this.#settings = settings;
    this.#frame = undefined;
    this.#drawing = undefined;
    this.#told = -Infinity;
    this.#history.clear();
    this.summary.textContent = '';
    this.readouts.show({ step: 0, updates: { generator: 0, discriminator: 0 }, numbers: {} });
    this.#paint();
    this.#plot();
  }

  showData(points: Float32Array): void {
    this.#real = points;
    this.#paint();
  }

  /** `isMoving`: more frames will follow at once. */
  show(frame: Frame, isMoving: boolean): void {
    this.#frame = frame;
    if (frame.step > 0) this.#history.add(frame.step, totals(frame.losses));
    this.readouts.show(frame);
    this.#paint();
    this.#plot();
    const now = performance.now();
    if (isMoving && now - this.#told < summaryInterval) return;
    this.#told = now;
    this.summary.textContent = summary(frame, this.#settings);
  }

  /** A drawing in the making instead of the run. */
  showDrawing(points: readonly Point[], cursor: Point | undefined): void {
    this.#drawing = { points, cursor };
    this.#paint();
  }

  #plot(): void {
    this.curves.show(this.#history, lossCaptions[this.#settings.loss].atOptimum.value);
  }

  #paint(): void {
    if (this.#drawing) {
      this.plane.show({ real: Float32Array.from(this.#drawing.points.flat()), cursor: this.#drawing.cursor });
      this.legend.show(undefined, undefined);
      return;
    }
    const { real, generated, landscape, gradients } = this.legend.shown;
    const scores = landscape ? this.#frame?.landscape : undefined;
    const scale = scores && scaleOf(this.#settings.loss, scores);
    const arrows = gradients ? this.#frame?.gradients : undefined;
    this.plane.show({
      landscape: scores && { scores, loss: this.#settings.loss },
      real: real ? this.#real : undefined,
      generated: generated || arrows ? this.#frame?.samples : undefined,
      gradients: arrows,
    });
    const lengths = arrows && lengthsOf(arrows);
    this.legend.show(scale, lengths && lengths.reduce((sum, length) => sum + length, 0) / lengths.length);
  }

  close(): void {
    this.#stopTheme();
    this.plane.close();
    this.curves.close();
  }
}
