import { modeCoverage, slicedWasserstein, type Mixture } from '@ganzoo/metrics';
import type { Numbers } from './protocol.ts';

/** Few directions: the number is looked at ten times a second. */
const projections = 24;

/** How well samples fit the data. Both are `x, y` in a row. */
export async function judge(samples: Float32Array, data: Float32Array, mixture: Mixture | undefined): Promise<Numbers> {
  if (!samples.every(Number.isFinite)) return {};
  const found = { values: samples, dimensions: 2 };
  const distance = await slicedWasserstein(found, { values: data, dimensions: 2 }, { projections });
  if (!mixture) return { distance };
  const { modes, total, highQuality } = await modeCoverage(found, mixture);
  return { distance, modes, total, highQuality };
}

/** Counts updates over the last second or so of training, pauses left out. */
export class Meter {
  #updates = 0;
  #milliseconds = 0;
  #rate: number | undefined;

  add(updates: number, milliseconds: number): void {
    this.#updates += updates;
    this.#milliseconds += milliseconds;
    if (this.#milliseconds < 1000) return;
    this.#rate = (1000 * this.#updates) / this.#milliseconds;
    this.#updates = 0;
    this.#milliseconds = 0;
  }

  get rate(): number | undefined {
    return this.#rate;
  }
}
