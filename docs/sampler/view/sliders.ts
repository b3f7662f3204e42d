import { element, freshId } from '../../playground/view/elements.ts';
import { directionCount, greatestShift, truncations, type Sample } from '../sample.ts';
import { signed } from './pictures.ts';

interface Row {
  readonly place: HTMLElement;
  readonly input: HTMLInputElement;
  readonly note: HTMLElement;
  readonly tell: (text: string, spoken: string) => void;
}

/** A slider for each direction. */
export class DirectionSliders {
  readonly place: HTMLElement;
  readonly #rows: readonly Row[];

  /** `look` is told the direction that a reader turns to. */
  constructor(move: (direction: number, value: number) => void, look: (direction: number) => void) {
    const range = { min: -greatestShift, max: greatestShift, step: 0.05 };
    this.#rows = Array.from({ length: directionCount }, (_, direction) => {
      const row = sliderRow(`Direction ${direction + 1}`, 'direction', range, (value) => move(direction, value));
      row.input.addEventListener('focus', () => look(direction));
      return row;
    });
    const note = element('p', { class: 'note' }, 'In standard deviations σ. The share is that of all change of the picture around drawn latents.');
    const rows = element('div', { class: 'directions' }, ...this.#rows.map(({ place }) => place));
    this.place = element('fieldset', {}, element('legend', {}, 'Directions'), note, rows);
  }

  show(shifts: readonly number[]): void {
    for (const [i, { input, tell }] of this.#rows.entries()) {
      const value = shifts[i] ?? 0;
      input.value = String(value);
      tell(`${signed(value, 2)} σ`, `${signed(value, 2)} standard deviations`);
    }
  }

  share(shares: readonly number[]): void {
    for (const [i, { note }] of this.#rows.entries()) note.textContent = `${(100 * (shares[i] ?? 0)).toFixed(0)} %`;
  }
}

/** How far from usual a latent may be. */
export class TruncationSlider {
  readonly place: HTMLElement;
  readonly #row: Row;

  constructor(change: (truncation: number | null) => void) {
    const range = { min: 0, max: truncations.length - 1, step: 1 };
    this.#row = sliderRow('Truncation', 'truncation', range, (index) => change(truncations[index] ?? null));
    const note = element('p', { class: 'note' }, 'Values of the latent beyond it are drawn anew: fewer odd digits, and less variety.');
    this.place = element('div', {}, this.#row.place, note);
  }

  show(truncation: Sample['truncation']): void {
    this.#row.input.value = String(truncations.indexOf(truncation));
    const text = truncation === null ? 'none' : truncation.toFixed(1);
    this.#row.tell(text, text);
  }
}

function sliderRow(label: string, name: string, range: Readonly<Record<'min' | 'max' | 'step', number>>, change: (value: number) => void): Row {
  const id = freshId(name);
  const input = element('input', { id, name, type: 'range', ...range });
  const output = element('output', { for: id, 'aria-live': 'off' });
  const note = element('span', { class: 'note', 'aria-hidden': 'true' });
  input.addEventListener('input', () => change(Number(input.value)));
  const tell = (text: string, spoken: string): void => {
    output.textContent = text;
    input.setAttribute('aria-valuetext', spoken);
  };
  const place = element('div', { class: 'row slider' }, element('label', { for: id }, label), note, output, input);
  return { place, input, note, tell };
}
