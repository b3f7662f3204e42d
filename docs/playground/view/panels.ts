import type { Settings } from '../settings/settings.ts';
import { caution, lossCaptions, regularizerCaptions } from '../words/captions.ts';
import { button, element } from './elements.ts';

/** What the formulas say, and what to look for. */
export class CaptionPanel {
  readonly place = element('section', { class: 'captions', 'aria-label': 'What you see' });

  show(settings: Settings): void {
    const loss = lossCaptions[settings.loss];
    const regularizer = regularizerCaptions[settings.regularizer];
    const warning = caution(settings);
    this.place.replaceChildren(
      element('h2', {}, 'What you see'),
      element('dl', {}, ...formula('Discriminator minimizes', loss.discriminator), ...formula('Generator minimizes', loss.generator)),
      element('p', {}, `${loss.note} The dotted line in the chart is the discriminator’s loss at the optimum, ${loss.atOptimum.text}.`),
      element(
        'p',
        {},
        element('strong', {}, `${regularizer.title}. `),
        regularizer.note,
        ...(regularizer.formula ? [' ', element('code', {}, regularizer.formula)] : []),
      ),
      ...(warning ? [element('p', { class: 'caution' }, warning)] : []),
      element('p', { class: 'note' }, 'x is a real sample, g a generated one, D(x) the score, σ the sigmoid, E a mean over the batch.'),
    );
  }
}

function formula(name: string, text: string): [HTMLElement, HTMLElement] {
  return [element('dt', {}, name), element('dd', {}, element('code', {}, text))];
}

/** The program that does the same, to copy. */
export class SnippetPanel {
  readonly place: HTMLElement;
  readonly #code = element('code');
  readonly #text: () => string;

  /** `text` is asked for when the panel is opened or copied. */
  constructor(text: () => string, copied: (text: string) => void) {
    this.#text = text;
    const details = element(
      'details',
      { class: 'snippet' },
      element('summary', {}, 'The same in TypeScript'),
      button('Copy', () => copied(this.#text()), { 'aria-label': 'Copy the program' }),
      element('pre', { tabindex: 0, 'aria-label': 'Program' }, this.#code),
    );
    details.addEventListener('toggle', () => this.refresh());
    this.place = details;
  }

  refresh(): void {
    if ((this.place as HTMLDetailsElement).open) this.#code.textContent = this.#text();
  }
}
