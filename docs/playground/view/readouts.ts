import type { Frame } from '../engine/protocol.ts';
import { percent } from '../words/summary.ts';
import { element } from './elements.ts';

/** A few numbers, each under its name. */
export class Readouts {
  readonly place = element('dl', { class: 'readouts' });
  readonly #cells: Readonly<Record<string, HTMLElement>>;

  constructor() {
    const names = {
      step: 'Step',
      critic: 'Critic updates',
      modes: 'Modes found',
      quality: 'Near a mode',
      distance: 'Distance to data',
      speed: 'Updates a second',
    };
    this.#cells = Object.fromEntries(
      Object.entries(names).map(([key, name]) => {
        const value = element('dd', { 'data-number': key });
        this.place.append(element('div', {}, element('dt', {}, name), value));
        return [key, value];
      }),
    );
  }

  show({ step, updates, numbers }: Pick<Frame, 'step' | 'updates' | 'numbers'>): void {
    const { modes, total, highQuality, distance, updatesPerSecond } = numbers;
    const texts: Readonly<Record<string, string | undefined>> = {
      step: step.toLocaleString('en'),
      critic: updates.discriminator.toLocaleString('en'),
      modes: modes === undefined ? undefined : `${modes} of ${total}`,
      quality: highQuality === undefined ? undefined : percent(highQuality),
      distance: distance?.toFixed(3),
      speed: updatesPerSecond?.toFixed(0),
    };
    for (const [key, cell] of Object.entries(this.#cells)) cell.textContent = texts[key] ?? '–';
  }
}
