import { element } from './elements.ts';

export interface Parts {
  readonly alerts: HTMLElement;
  readonly status: HTMLElement;
  readonly transport: HTMLElement;
  readonly canvas: HTMLElement;
  readonly summary: HTMLElement;
  readonly legend: HTMLElement;
  readonly pencil: HTMLElement;
  readonly readouts: HTMLElement;
  readonly curves: HTMLElement;
  readonly captions: HTMLElement;
  readonly controls: HTMLElement;
  readonly backend: HTMLElement;
  readonly snippet: HTMLElement;
}

/** Puts the parts where they belong; on a phone they follow one another in this order. */
export function layout(parts: Parts): HTMLElement {
  const stage = element(
    'div',
    { class: 'stage' },
    parts.transport,
    element('figure', {}, parts.canvas, element('figcaption', {}, parts.summary)),
    parts.pencil,
    parts.legend,
  );
  const aside = element('div', { class: 'aside' }, parts.readouts, parts.curves);
  parts.controls.lastElementChild?.append(parts.backend);
  return element('div', { class: 'playground' }, parts.alerts, parts.status, stage, aside, parts.controls, parts.captions, parts.snippet);
}
