import { randomSeed, type Sample } from './sample.ts';

/** From one latent to the next. */
const millisecondsOfLeg = 2500;

/** Goes from latent to latent, one step for each picture that the screen shows. */
export class Walk {
  readonly #step: (sample: (from: Sample) => Sample) => void;
  #frame: number | undefined;
  #last = 0;

  constructor(step: (next: (from: Sample) => Sample) => void) {
    this.#step = step;
  }

  get isOn(): boolean {
    return this.#frame !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#go(now));
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  #go(now: number): void {
    // After a time out of sight it goes on from where it was.
    const share = Math.min(100, Math.max(0, now - this.#last)) / millisecondsOfLeg;
    this.#last = now;
    this.#frame = requestAnimationFrame((next) => this.#go(next));
    this.#step((from) => farther(from, share));
  }
}

/** The way of a walk, `share` of a leg farther. */
export function farther(from: Sample, share: number, random: () => number = randomSeed): Sample {
  const isFirst = from.at === 0 && from.toward === from.seed;
  const at = from.at + share;
  const toward = isFirst ? random() : from.toward;
  return at < 1 ? { ...from, toward, at } : { ...from, seed: toward, toward: random(), at: at - 1 };
}
