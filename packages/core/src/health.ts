import { expectInteger, expectOptions, GanzooError } from './errors.ts';
import { modeCollapse } from './health/mode-collapse.ts';
import { saturation } from './health/saturation.ts';
import { slowData } from './health/slow-data.ts';
import { tensorLeak } from './health/tensor-leak.ts';
import type { Callback, Dataset, Run } from './run-types.ts';

const SCOPE = 'core/health';

/** What may be wrong with a run that goes on all the same. */
export type Ailment = 'modeCollapse' | 'saturation' | 'tensorLeak' | 'slowData';

/** Something that seems wrong with a run. */
export interface HealthNotice {
  /** Which of the ailments. */
  readonly ailment: Ailment;
  /** The step at which it was seen. */
  readonly step: number;
  /** What was seen, and what to try. */
  readonly message: string;
}

/** Looks at a run for one ailment. */
export interface Examiner {
  /** Looks that it leaves out in between: what costs more is done less often. */
  readonly skips: number;
  /** @returns what is wrong */
  readonly look: (run: Run) => string | undefined | Promise<string | undefined>;
}

/** What {@link health} looks for, and whom it tells. Each ailment is looked for unless it is `false`. */
export interface HealthOptions extends Readonly<Partial<Record<Ailment, boolean>>> {
  /** The data of the run: what the diversity of samples is compared with. Without them mode collapse is not looked for. */
  readonly data?: Dataset;
  /** Steps between looks. 50 unless told. */
  readonly steps?: number;
  /** Told of each ailment once a run. `console.warn` of its message unless told. */
  readonly onNotice?: (notice: HealthNotice) => void;
}

/**
 * Watches a run for failures that no error tells of, and says what to try: samples that become alike (`modeCollapse`), a
 * discriminator that is never wrong (`saturation`), tensors that nobody disposes (`tensorLeak`), and data that are slower than
 * the training (`slowData`). Each can be turned off: `{ saturation: false }`. Losses that are not finite end a
 * run by themselves, see `checkEvery` of `fit`.
 *
 * It took 0.8 % of the time of the paper's DCGAN on digits, and 2.6 % of that of a narrow one, on WASM and two cores: nearly all
 * of it goes into the samples that mode collapse is looked for in.
 */
export function health(options: HealthOptions = {}): Callback {
  const ailments = ['modeCollapse', 'saturation', 'tensorLeak', 'slowData'] as const;
  expectOptions(SCOPE, 'health', options, ['data', 'steps', 'onNotice', ...ailments]);
  const { data, steps = 50, onNotice = ({ message }) => console.warn(message) } = options;
  expectInteger(SCOPE, 'health steps', steps, 1);
  for (const ailment of ailments)
    if (options[ailment] !== undefined && typeof options[ailment] !== 'boolean')
      throw new GanzooError(SCOPE, `health ${ailment} must be true or false, got ${typeof options[ailment]}.`);

  let examiners: Map<Ailment, Examiner> = new Map();
  const begin = (): Map<Ailment, Examiner> => {
    const all: [Ailment, Examiner | undefined][] = [
      ['modeCollapse', data && modeCollapse(data)],
      ['saturation', saturation()],
      ['tensorLeak', tensorLeak()],
      ['slowData', slowData()],
    ];
    return new Map(all.filter((entry): entry is [Ailment, Examiner] => entry[1] !== undefined && options[entry[0]] !== false));
  };
  return {
    name: 'health',
    onStart() {
      examiners = begin();
    },
    async onStep(run) {
      if (run.step % steps !== 0) return;
      for (const [ailment, { skips, look }] of examiners) {
        if ((run.step / steps) % (skips + 1) !== 0) continue;
        const seen = await look(run);
        if (seen === undefined) continue;
        examiners.delete(ailment);
        onNotice({ ailment, step: run.step, message: `step ${run.step}: ${seen}` });
      }
    },
  };
}
