import { element, freshId } from './elements.ts';
import type { Scale } from '../paint/scale.ts';

export interface Shown {
  readonly real: boolean;
  readonly generated: boolean;
  readonly landscape: boolean;
  readonly gradients: boolean;
}

const layers: readonly (readonly [key: keyof Shown, label: string])[] = [
  ['real', 'Real'],
  ['generated', 'Generated'],
  ['landscape', 'Landscape'],
  ['gradients', 'Gradients'],
];

/** What is shown, to switch on and off, and what its colours mean. */
export class Legend {
  readonly place = element('div', { class: 'legend' });
  readonly #scale: readonly [HTMLElement, HTMLElement, HTMLElement] = [element('span'), element('span'), element('span')];
  readonly #bar: HTMLElement;
  readonly #pull = element('span', { class: 'pull' });
  #shown: Shown = { real: true, generated: true, landscape: true, gradients: false };

  constructor(change: (shown: Shown) => void) {
    const boxes = layers.map(([key, label]) => {
      const id = freshId(key);
      const box = element('input', { id, type: 'checkbox', checked: this.#shown[key] });
      box.addEventListener('change', () => {
        this.#shown = { ...this.#shown, [key]: box.checked };
        change(this.#shown);
      });
      return element('label', { for: id, class: `layer ${key}` }, box, element('span', { class: 'swatch', 'aria-hidden': 'true' }), label);
    });
    const [low, middle, high] = this.#scale;
    const ends = element('span', { class: 'ends' }, low, middle, high);
    this.#bar = element('div', { class: 'scale' }, element('span', {}, 'fake'), element('span', { class: 'ramp' }, ends), element('span', {}, 'real'));
    this.place.append(element('div', { class: 'layers', role: 'group', 'aria-label': 'What is shown' }, ...boxes), this.#bar, this.#pull);
  }

  get shown(): Shown {
    return this.#shown;
  }

  show(scale: Scale | undefined, pull: number | undefined): void {
    this.#bar.hidden = scale === undefined;
    if (scale) for (const [i, part] of this.#scale.entries()) part.textContent = scale.labels[i] as string;
    this.#pull.hidden = pull === undefined;
    if (pull !== undefined) this.#pull.textContent = `Arrows: −∂loss/∂sample, of length ${Number(pull.toPrecision(2))} on the mean`;
  }
}
