import { cards, type Card } from '@ganzoo/pretrained';
import { element, freshId } from '../../playground/view/elements.ts';

const rows: readonly { readonly key: keyof Card['scores']; readonly name: string; readonly note: string; readonly digits: number }[] = [
  { key: 'score', name: 'Classifier score', note: '1 to 10, greater is better', digits: 2 },
  { key: 'distance', name: 'Fréchet classifier distance', note: 'smaller is better', digits: 2 },
  { key: 'precision', name: 'Precision', note: 'samples near a real digit', digits: 3 },
  { key: 'recall', name: 'Recall', note: 'real digits near a sample', digits: 3 },
];

/** Which generator draws, and how good it is. */
export class GeneratorPanel {
  readonly place: HTMLElement;
  readonly #select: HTMLSelectElement;
  readonly #scores = element('div', { class: 'scores' });

  constructor(choose: (generator: string) => void, ...more: HTMLElement[]) {
    const id = freshId('generator');
    this.#select = element('select', { id, name: 'generator' }, ...cards.map(({ name }) => element('option', { value: name }, name)));
    this.#select.addEventListener('change', () => choose(this.#select.value));
    const row = element('div', { class: 'row menu' }, element('label', { for: id }, 'Generator'), this.#select);
    this.place = element('fieldset', {}, element('legend', {}, 'Generator'), row, this.#scores, ...more);
  }

  show(generator: string): void {
    this.#select.value = generator;
    const card = cards.find(({ name }) => name === generator);
    this.#scores.replaceChildren(...(card ? [table(card), facts(card)] : []));
  }
}

function table({ name, scores, scoresOfReal }: Card): HTMLElement {
  const head = element('tr', {}, element('td'), ...[name, 'real digits'].map((text) => element('th', { scope: 'col' }, text)));
  const body = rows.map(({ key, name, note, digits }) => {
    const values = [scores, scoresOfReal].map((of) => element('td', {}, of[key].toFixed(digits)));
    return element('tr', {}, element('th', { scope: 'row' }, name, element('span', { class: 'note' }, note)), ...values);
  });
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
}

function facts({ variant, parameters, bytes, realImages }: Card): HTMLElement {
  const weights = `${parameters.toLocaleString('en')} weights, ${(bytes / 1e6).toFixed(2)} MB as float16`;
  return element(
    'p',
    { class: 'note' },
    `Trained as ${variant} on ${realImages.toLocaleString('en')} images: ${weights}. Scores are of 10,000 samples without truncation.`,
  );
}
