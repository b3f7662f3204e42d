import { button, element } from '../../playground/view/elements.ts';

export interface Actions {
  readonly another: () => void;
  readonly back: () => void;
  readonly walk: () => void;
  readonly stop: () => void;
  readonly share: () => void;
}

/** What there is to press. */
export class ActionBar {
  readonly place: HTMLElement;
  readonly #walk: HTMLButtonElement;
  readonly #back: HTMLButtonElement;
  #isWalking = false;

  constructor({ another, back, walk, stop, share }: Actions) {
    this.#walk = button('Walk', () => (this.#isWalking ? stop() : walk()));
    this.#back = button('Back to it', back, { title: 'All sliders to 0' });
    const buttons = [button('Another digit', another, { class: 'primary' }), this.#back, this.#walk, button('Copy link', share)];
    this.place = element('div', { class: 'transport', role: 'group', 'aria-label': 'Digit' }, ...buttons);
  }

  show(isWalking: boolean): void {
    this.#isWalking = isWalking;
    this.#walk.textContent = isWalking ? 'Stop' : 'Walk';
  }
}
