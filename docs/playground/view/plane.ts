import { extent } from '../settings/drawing.ts';
import { paint, type Painting, type Scene, type Theme } from '../paint/scene.ts';
import { element } from './elements.ts';

/** The square of the plane that everything happens in. */
export class Plane {
  readonly canvas = element('canvas', { class: 'plane' });
  readonly #theme: () => Theme;
  /** Where the browser lets a worker paint; else the page does. */
  readonly #worker: Worker | undefined;
  readonly #observer = new ResizeObserver(() => this.repaint());
  #scene: Scene = {};
  #isDue = false;
  #isPainting = false;

  constructor(theme: () => Theme) {
    this.#theme = theme;
    if ('transferControlToOffscreen' in this.canvas) {
      const offscreen = this.canvas.transferControlToOffscreen();
      this.#worker = new Worker(new URL('../paint/worker.ts', import.meta.url), { type: 'module' });
      this.#worker.postMessage(offscreen, [offscreen]);
      this.#worker.addEventListener('message', () => {
        this.#isPainting = false;
        if (this.#isDue) this.#request();
      });
    }
    this.#observer.observe(this.canvas);
  }

  /** Painted with the next frame of the screen; of several scenes before it, the last. */
  show(scene: Scene): void {
    this.#scene = scene;
    this.repaint();
  }

  repaint(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#request();
  }

  #request(): void {
    if (!this.#isPainting) requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    const side = this.canvas.clientWidth;
    if (!this.#isDue || this.#isPainting) return;
    this.#isDue = false;
    if (side === 0) return;
    const painting: Painting = { scene: this.#scene, theme: this.#theme(), side, ratio: Math.min(2, devicePixelRatio) };
    if (!this.#worker) return paint(this.canvas, painting);
    this.#isPainting = true;
    this.#worker.postMessage(painting, []);
  }

  /** Where in the plane a place on the screen is. */
  at(clientX: number, clientY: number): [x: number, y: number] {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * 2 * extent - extent, extent - ((clientY - top) / height) * 2 * extent];
  }

  close(): void {
    this.#observer.disconnect();
    this.#worker?.terminate();
  }
}
