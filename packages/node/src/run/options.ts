import type { Batch, Best, Callback, Dataset, EvaluateEveryOptions, Gan, HealthOptions, Json } from '@ganzoo/core';
import type { SampleGridOptions } from '../sample-grid.ts';
import type { WatchOptions } from '../watch/watch.ts';

/** What `train` trains, and what it keeps in the directory. */
export interface TrainOptions<B = Batch> {
  /** The run directory, created where missing. */
  readonly dir: string;
  /** The game, as variants and `defineGan` make it. */
  readonly gan: Gan<B>;
  /** What it is trained on. */
  readonly dataset: Dataset<B>;
  /** Rounds of all players since the beginning of the run. */
  readonly steps: number;
  /** 64 unless told. */
  readonly batchSize?: number;
  /** 0 unless told. */
  readonly seed?: number;
  /** What a directory that holds a run is for: to go on with it, or to start over. Refused unless told. */
  readonly existing?: 'resume' | 'replace';
  /** Goes on with other settings than before, as far as the weights still fit. */
  readonly allowChanges?: boolean;
  /** Steps between checkpoints (500 unless told), how many of the newest are kept (3). */
  readonly checkpoints?: {
    /** Steps from one to the next. */
    readonly every?: number;
    /** How many of the newest. */
    readonly keep?: number;
  };
  /** Pictures of samples: steps between them (100 unless told), how many samples each. `false` for none. */
  readonly samples?: Omit<SampleGridOptions, 'dir'> | false;
  /** Steps between lines of the log. 10 unless told. */
  readonly logEvery?: number;
  /** Measured on the way. The best checkpoint goes to `checkpoints/best`. */
  readonly evaluation?: Omit<EvaluateEveryOptions, 'best'> & {
    /** Which checkpoint is the best one. None is kept unless told. */
    readonly best?: Omit<Best, 'store'>;
  };
  /** `events.out.tfevents.*` for TensorBoard, `report.html`, and `film.webp` of the pictures at the end. True unless told. */
  readonly tensorBoard?: boolean;
  /** `report.html`. True unless told. */
  readonly report?: boolean;
  /** `film.webp` of the pictures, at the end. True unless told. */
  readonly film?: boolean;
  /** Serves a page of the run while it goes on. False unless told. */
  readonly watch?: boolean | Omit<WatchOptions, 'dir'>;
  /** What is looked for that may be wrong with the run, told to `onNotice`; `false` for nothing. */
  readonly health?: Omit<HealthOptions, 'data' | 'onNotice'> | false;
  /** As of `Trainer.fit`: steps between looks at whether the losses are finite, which end the run where they are not; `false` for none. */
  readonly checkEvery?: number | false;
  /** Besides those of the directory. */
  readonly callbacks?: readonly Callback[];
  /** A progress line on standard error. True unless told. */
  readonly progress?: boolean;
  /** Kept in `config.json`, for whoever starts the run to find it again. */
  readonly recipe?: Json;
  /** Ends the run after the step under way; it is saved. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is worth knowing, such as a damaged checkpoint that was passed over. Standard error unless told. */
  readonly onNotice?: (notice: string) => void;
}

/** Of {@link TrainOptions}. */
export const trainKeys = [
  'dir',
  'gan',
  'dataset',
  'steps',
  'batchSize',
  'seed',
  'existing',
  'allowChanges',
  'checkpoints',
  'samples',
  'logEvery',
  'evaluation',
  'tensorBoard',
  'report',
  'film',
  'watch',
  'health',
  'checkEvery',
  'callbacks',
  'progress',
  'recipe',
  'signal',
  'onNotice',
];
