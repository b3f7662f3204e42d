import { mostPoints, snapped, type Point } from '../settings/drawing.ts';
import { button, element } from './elements.ts';
import type { Plane } from './plane.ts';

/** How far the arrow keys move, and with Shift. */
const [stride, leap] = [1 / 16, 1 / 2];
/** The least way between two points of one stroke, and how far they scatter around it. */
const [gap, scatter] = [0.03, 0.05];

export interface PencilEvents {
  /** The drawing has changed. */
  readonly draw: (points: readonly Point[], cursor: Point | undefined) => void;
  readonly begin: () => void;
  readonly finish: (points: readonly Point[]) => void;
  readonly say: (words: string) => void;
}

/** Draws points on the plane: by mouse, finger, or keys. */
export class Pencil {
  readonly place: HTMLElement;
  readonly #plane: Plane;
  readonly #events: PencilEvents;
  readonly #toggle: HTMLButtonElement;
  readonly #count = element('span', { class: 'note' });
  #points: Point[] = [];
  #cursor: Point = [0, 0];
  #isActive = false;
  #hasKeys = false;
  #last: readonly [number, number] | undefined;

  constructor(plane: Plane, events: PencilEvents) {
    [this.#plane, this.#events] = [plane, events];
    this.#toggle = button('Draw', () => (this.#isActive ? this.finish() : this.begin(this.#points)), { class: 'primary' });
    const clear = button('Clear', () => this.#edit([]));
    const undo = button('Remove last', () => this.#edit(this.#points.slice(0, -1)));
    const hint = element(
      'p',
      { class: 'note' },
      'Draw on the square with the mouse or a finger. With the keyboard: arrows move (Shift for far), Space sets a point, Backspace takes one back, Escape ends.',
    );
    this.place = element('div', { class: 'pencil', hidden: true }, element('div', { class: 'buttons' }, this.#toggle, undo, clear, this.#count), hint);
    const { canvas } = plane;
    canvas.addEventListener('pointerdown', (event) => this.#down(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(type, () => (this.#last = undefined));
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  begin(points: readonly Point[]): void {
    this.#points = [...points];
    this.#activate(true);
    this.#events.begin();
    this.#edit(this.#points);
    this.#plane.canvas.focus({ preventScroll: true });
  }

  /** Stops without handing anything over. */
  end(): void {
    if (this.#isActive) this.#activate(false);
  }

  /** Without a word to anybody. */
  show(isOffered: boolean, points: readonly Point[]): void {
    this.place.hidden = !isOffered;
    if (!isOffered) this.#activate(false);
    if (this.#isActive) return;
    this.#points = [...points];
    this.#tell();
  }

  #activate(isActive: boolean): void {
    this.#isActive = isActive;
    this.#hasKeys = false;
    const { canvas } = this.#plane;
    canvas.classList.toggle('drawing', isActive);
    if (isActive) canvas.tabIndex = 0;
    else canvas.removeAttribute('tabindex');
    canvas.setAttribute('role', isActive ? 'application' : 'img');
    this.#tell();
  }

  #tell(): void {
    const count = this.#points.length;
    this.#toggle.textContent = this.#isActive ? 'Train on it' : 'Draw';
    this.#count.textContent = `${count} point${count === 1 ? '' : 's'}${count >= mostPoints ? ', as many as there can be' : ''}`;
  }

  /** Hands the drawing over, if there is one. */
  finish(): void {
    if (this.#points.length === 0) {
      this.#count.textContent = 'Draw at least one point first.';
      return this.#events.say('Draw at least one point first.');
    }
    this.#activate(false);
    this.#events.finish(this.#points);
  }

  #edit(points: readonly Point[]): void {
    if (!this.#isActive) return this.begin(points);
    this.#points = points.slice(0, mostPoints);
    this.#tell();
    this.#events.draw(this.#points, this.#hasKeys ? this.#cursor : undefined);
  }

  #down(event: PointerEvent): void {
    if (!this.#isActive || event.button !== 0) return;
    event.preventDefault();
    this.#hasKeys = false;
    this.#plane.canvas.setPointerCapture(event.pointerId);
    this.#plane.canvas.focus({ preventScroll: true });
    const [x, y] = this.#plane.at(event.clientX, event.clientY);
    this.#last = [x, y];
    this.#edit([...this.#points, snapped(x, y)]);
  }

  #move(event: PointerEvent): void {
    if (!this.#last) return;
    const added: Point[] = [];
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = this.#plane.at(clientX, clientY);
      if (Math.hypot(x - this.#last[0], y - this.#last[1]) < gap) continue;
      this.#last = [x, y];
      added.push(snapped(x + scatter * (Math.random() - Math.random()), y + scatter * (Math.random() - Math.random())));
    }
    if (added.length > 0) this.#edit([...this.#points, ...added]);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#isActive || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? leap : stride;
    const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
    const move = moves[event.key];
    if (!move && ![' ', 'Enter', 'Backspace', 'Delete', 'Escape'].includes(event.key)) return;
    event.preventDefault();
    this.#hasKeys = true;
    if (move) this.#cursor = snapped(this.#cursor[0] + move[0], this.#cursor[1] + move[1]);
    if (event.key === 'Escape') {
      this.#toggle.focus();
      return this.finish();
    }
    const removes = event.key === 'Backspace' || event.key === 'Delete';
    this.#edit(move ? this.#points : removes ? this.#points.slice(0, -1) : [...this.#points, this.#cursor]);
    const [x, y] = this.#cursor;
    this.#events.say(move ? `${x.toFixed(2)}, ${y.toFixed(2)}` : `${this.#points.length} points`);
  }
}
