import { choices, greatestSeed, type ChoiceKey } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';
import { button, element, freshId } from './elements.ts';
import { groups, indexOf, type Field } from './fields.ts';

type Change = (patch: Partial<Settings>) => void;
type Update = (settings: Settings) => void;

/** Every setting as a labelled menu or slider. */
export class Controls {
  readonly place = element('form', { class: 'controls', 'aria-label': 'Settings' });
  readonly #updates: Update[] = [];

  constructor(change: Change) {
    this.place.addEventListener('submit', (event) => event.preventDefault());
    for (const { title, note, fields } of groups) {
      const rows = fields.map((field) => this.#row(field, change));
      if (title.startsWith('Networks')) rows.push(this.#seedRow(change));
      this.place.append(element('fieldset', {}, element('legend', {}, title), note ? element('p', { class: 'note' }, note) : undefined, ...rows));
    }
  }

  show(settings: Settings): void {
    for (const update of this.#updates) update(settings);
  }

  #row(field: Field, change: Change): HTMLElement {
    const id = freshId(field.key);
    const label = element('label', { for: id }, field.label);
    const row = element('div', { class: `row ${field.kind}` }, label);
    const { input, update } = field.kind === 'menu' ? menu(field, id, change) : slider(field, id, change);
    row.append(...input);
    this.#updates.push((settings) => {
      label.textContent = field.labelOf?.(settings) ?? field.label;
      row.hidden = field.isIdle?.(settings) ?? false;
      update(settings);
    });
    return row;
  }

  #seedRow(change: Change): HTMLElement {
    const id = freshId('seed');
    const input = element('input', { id, type: 'number', min: 0, max: greatestSeed, step: 1, inputmode: 'numeric' });
    input.addEventListener('change', () => {
      const value = Math.round(Number(input.value));
      if (input.value !== '' && value >= 0 && value <= greatestSeed) change({ seed: value });
      else input.setCustomValidity(`An integer from 0 to ${greatestSeed}`);
      input.reportValidity();
    });
    input.addEventListener('input', () => input.setCustomValidity(''));
    let seed = 0;
    this.#updates.push((settings) => {
      seed = settings.seed;
      input.value = String(seed);
    });
    const next = button('Next', () => change({ seed: (seed + 1) % (greatestSeed + 1) }), { 'aria-label': 'Next seed' });
    return element('div', { class: 'row menu' }, element('label', { for: id }, 'Seed'), element('span', { class: 'seed' }, input, next));
  }
}

interface Made {
  readonly input: readonly HTMLElement[];
  readonly update: Update;
}

function menu({ key, say }: Field, id: string, change: Change): Made {
  const values = choices[key];
  const select = element('select', { id, name: key }, ...values.map((value, index) => element('option', { value: index }, say(value))));
  select.addEventListener('change', () => change(patchOf(key, Number(select.value))));
  return {
    input: [select],
    update: (settings) => {
      select.value = String(indexOf(key, settings[key]));
    },
  };
}

function slider({ key, say }: Field, id: string, change: Change): Made {
  const input = element('input', { id, name: key, type: 'range', min: 0, max: choices[key].length - 1, step: 1 });
  const output = element('output', { for: id, 'aria-live': 'off' });
  const tell = (value: Settings[ChoiceKey]): void => {
    output.textContent = say(value);
    input.setAttribute('aria-valuetext', say(value));
  };
  input.addEventListener('input', () => {
    const patch = patchOf(key, Number(input.value));
    tell(patch[key] as Settings[ChoiceKey]);
    change(patch);
  });
  return {
    input: [output, input],
    update: (settings) => {
      input.value = String(indexOf(key, settings[key]));
      tell(settings[key]);
    },
  };
}

function patchOf(key: ChoiceKey, index: number): Partial<Settings> {
  return { [key]: choices[key][index] };
}
