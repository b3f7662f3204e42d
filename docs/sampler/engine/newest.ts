/** How long one that gives way to others waits at most, in milliseconds. */
const patience = 120;

/**
 * One order at a time, and of those that wait only the newest of each subject: what is older would be drawn for nobody. The first
 * subject goes first, unless another has waited too long.
 */
export class Newest<Subject extends string, Order> {
  readonly #send: (order: Order) => void;
  readonly #now: () => number;
  readonly #first: Subject;
  readonly #waiting = new Map<Subject, { order: Order; since: number }>();
  #isBusy = false;

  constructor(first: Subject, send: (order: Order) => void, now: () => number = () => performance.now()) {
    this.#first = first;
    this.#send = send;
    this.#now = now;
  }

  ask(subject: Subject, order: Order): void {
    const since = this.#waiting.get(subject)?.since ?? this.#now();
    this.#waiting.set(subject, { order, since });
    if (!this.#isBusy) this.#next();
  }

  /** The one under way was answered. */
  answered(): void {
    this.#isBusy = false;
    this.#next();
  }

  #next(): void {
    const waiting = [...this.#waiting];
    const late = waiting.find(([subject, { since }]) => subject !== this.#first && this.#now() - since > patience);
    const [subject, found] = late ?? waiting.find(([subject]) => subject === this.#first) ?? waiting[0] ?? [];
    if (subject === undefined || !found) return;
    this.#waiting.delete(subject);
    this.#isBusy = true;
    this.#send(found.order);
  }
}
