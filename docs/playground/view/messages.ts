import { element } from './elements.ts';

/** What has to be said: failures at once, the rest when the reader has time. */
export class Messages {
  /** Failures, and what a link said wrongly. */
  readonly alerts = element('div', { class: 'alerts', role: 'alert' });
  /** Said, not shown. */
  readonly status = element('p', { class: 'unseen', role: 'status' });

  /** Takes the place of what was said before; nothing, where there are no lines. */
  alert(...lines: readonly string[]): void {
    this.alerts.replaceChildren(...lines.map((line) => element('p', {}, line)));
  }

  say(words: string): void {
    this.status.textContent = words;
  }
}
