/** Decides when a run may take its next step: at once, after a while, when the visitor says so, or never again. */
export class Pace {
  #isPlaying = false;
  #isEnded = false;
  /** Single steps asked for and not yet taken. */
  #steps = 0;
  #interval = 0;
  #lastStep = 0;
  #wake: (() => void) | undefined;

  play(): void {
    this.#isPlaying = true;
    this.#steps = 0;
    this.#wake?.();
  }

  pause(): void {
    this.#isPlaying = false;
    this.#steps = 0;
    this.#wake?.();
  }

  /** One step, and pause. */
  step(): void {
    this.#isPlaying = false;
    this.#steps++;
    this.#wake?.();
  }

  limit(stepsPerSecond: number | null): void {
    this.#interval = stepsPerSecond === null ? 0 : 1000 / stepsPerSecond;
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Whether the next step has to wait so long that the run should be shown as it is. */
  get isWaiting(): boolean {
    return !this.#isPlaying && this.#steps === 0 ? true : this.#rest() > 30;
  }

  /** Waits for the next step's turn; false when there will be none. */
  async next(): Promise<boolean> {
    for (;;) {
      if (this.#isEnded) return false;
      if (this.#steps > 0) {
        this.#steps--;
        break;
      }
      if (this.#isPlaying && this.#rest() <= 0) break;
      await this.#sleep(this.#isPlaying ? this.#rest() : undefined);
    }
    this.#lastStep = performance.now();
    return true;
  }

  /** Milliseconds until a playing run may step. */
  #rest(): number {
    return this.#steps > 0 ? 0 : this.#lastStep + this.#interval - performance.now();
  }

  #sleep(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
