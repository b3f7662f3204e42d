import { element, freshId } from '../../playground/view/elements.ts';
import { side } from '../engine/protocol.ts';
import { greatestShift } from '../sample.ts';

/** The large digit. */
export class DigitFigure {
  readonly place: HTMLElement;
  readonly #canvas = element('canvas', { class: 'digit', role: 'img', width: side, height: side, 'aria-label': 'No digit yet' });
  readonly #caption = element('figcaption', { class: 'note' });

  constructor() {
    this.place = element('figure', {}, this.#canvas, this.#caption);
  }

  show(pixels: Uint8Array): void {
    paint(this.#canvas, pixels);
  }

  /** `alternative` stands for the picture where it is not seen. */
  say(caption: string, alternative: string): void {
    if (this.#caption.textContent !== caption) this.#caption.textContent = caption;
    if (this.#canvas.getAttribute('aria-label') !== alternative) this.#canvas.setAttribute('aria-label', alternative);
  }
}

/** What one direction does, from its least to its greatest value. */
export class RowFigure {
  readonly place: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #caption: HTMLElement;

  constructor() {
    const values = Array.from({ length: 2 * greatestShift + 1 }, (_, i) => i - greatestShift);
    const id = freshId('row');
    this.#canvas = element('canvas', { class: 'row-of-digits', role: 'img', width: side * values.length, height: side, 'aria-labelledby': id });
    this.#caption = element('figcaption', { class: 'note', id });
    const marks = element('div', { class: 'marks', 'aria-hidden': 'true' }, ...values.map((value) => element('span', {}, signed(value))));
    this.place = element('figure', { class: 'along' }, this.#canvas, marks, this.#caption);
  }

  show(pixels: Uint8Array): void {
    paint(this.#canvas, pixels);
  }

  name(direction: number): void {
    this.#caption.textContent = `The digit along direction ${direction + 1}, the other sliders as they are`;
  }
}

/** With a real minus. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 ? `−${text}` : value > 0 ? `+${text}` : text;
}

/** Digits beside each other. They are white on black in light and dark, as MNIST's are. */
function paint(canvas: HTMLCanvasElement, pixels: Uint8Array): void {
  const image = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < pixels.length; i++) {
    const [digit, at] = [Math.floor(i / (side * side)), i % (side * side)];
    const to = 4 * (Math.floor(at / side) * canvas.width + digit * side + (at % side));
    image.data.fill(pixels[i] as number, to, to + 3);
    image.data[to + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
