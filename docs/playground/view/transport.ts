import { button, element, freshId } from './elements.ts';

/** Steps a second; the last is as many as can be. */
const speeds: readonly (number | null)[] = [1, 2, 5, 10, 20, 40, null];

export interface Transport {
  readonly play: () => void;
  readonly pause: () => void;
  readonly step: () => void;
  readonly reset: () => void;
  readonly limit: (stepsPerSecond: number | null) => void;
  readonly share: () => void;
}

/** Play, step, reset, and how fast. */
export class TransportBar {
  readonly place: HTMLElement;
  readonly #toggle: HTMLButtonElement;
  #isPlaying = false;

  constructor({ play, pause, step, reset, limit, share }: Transport) {
    this.#toggle = button('Play', () => (this.#isPlaying ? pause() : play()), { class: 'primary' });
    const id = freshId('speed');
    const input = element('input', { id, type: 'range', min: 0, max: speeds.length - 1, step: 1, value: speeds.length - 1 });
    const output = element('output', { for: id, 'aria-live': 'off' });
    const tell = (): void => {
      const speed = speeds[Number(input.value)] ?? null;
      output.textContent = speed === null ? 'full' : `${speed} a second`;
      input.setAttribute('aria-valuetext', speed === null ? 'as many steps as can be' : `${speed} steps a second`);
    };
    input.addEventListener('input', () => {
      tell();
      limit(speeds[Number(input.value)] ?? null);
    });
    tell();
    const speed = element('div', { class: 'speed' }, element('label', { for: id }, 'Speed'), input, output);
    const buttons = [this.#toggle, button('Step', step), button('Reset', reset), button('Copy link', share)];
    this.place = element('div', { class: 'transport', role: 'group', 'aria-label': 'Training' }, ...buttons, speed);
  }

  show(isPlaying: boolean): void {
    this.#isPlaying = isPlaying;
    this.#toggle.textContent = isPlaying ? 'Pause' : 'Play';
  }
}
