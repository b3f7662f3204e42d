/**
 * The contracts: everything a GAN is made of here is one of these values, and each can be replaced by its user.
 *
 * Conventions: samples are float32 `[batch, ...sampleShape]`, images NHWC in [-1, 1]; labels are int32 `[batch]`;
 * discriminators return logits, never probabilities.
 */
import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs';

/** What JSON can hold: configurations and cursors are of it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What every plug says of itself: the log's header, the run's identity, the difference shown when a resume does not match. */
export interface Described {
  /** Tells it from others of its kind. */
  readonly name: string;
  /** Every setting that changes what it does. */
  readonly config: Json;
}

/** A number that changes over a player's own updates, counted from 0. */
export interface Schedule extends Described {
  /** The value at an update, counted from 0. */
  readonly at: (update: number) => number;
}

/** A hyperparameter: constant or scheduled. */
export type Hyper = number | Schedule;

/** Named scalar tensors. An objective is their sum; each reaches the log under its name. They stay their maker's. */
export type Parts = Readonly<Record<string, Tensor>>;

/** The sizes of a tensor's dimensions. */
export type Shape = readonly number[];

/**
 * A stream of random numbers that depends on nothing but the run's seed and the names it was forked by, so it needs no
 * saving: the stream of update 17 is the same before and after a resume, and on every backend.
 */
export interface Rng {
  /** An independent stream. Forking neither reads nor moves this one. */
  fork(name: string | number): Rng;
  /** The next integer in [0, 2^32). */
  integer(): number;
  /** float32 values, uniform in [min, max); 0 and 1 unless told. */
  uniform(shape: Shape, min?: number, max?: number): Tensor;
  /** float32 values of the standard normal distribution. */
  normal(shape: Shape): Tensor;
  /** The integers 0 to count - 1 in random order. */
  permutation(count: number): Uint32Array;
}

/** Samples, and their classes where the data have them. */
export interface Batch {
  /** float32 `[batch, ...sampleShape]`; images are NHWC in [-1, 1]. */
  readonly samples: Tensor;
  /** int32 `[batch]`. */
  readonly labels?: Tensor;
}

/** What a generator takes. */
export interface Latents {
  /** float32 `[batch, latentDim]`. */
  readonly z: Tensor;
  /** int32 `[batch]`, for conditional generators. */
  readonly labels?: Tensor;
}

/** What a plain discriminator returns: `[batch, 1]`, positive for real. */
export interface Logits {
  /** float32 `[batch, 1]`, any real number. */
  readonly logits: Tensor;
}

/** What a discriminator saw in its samples, `[batch, ...]`: the last activations before its logits, unless it names others. */
export interface Features {
  /** float32 `[batch, ...]`. */
  readonly features: Tensor;
}

/** How one application of a network behaves. */
export interface Pass {
  /** Batch statistics and dropout as in training. */
  readonly training: boolean;
  /** Whether layer state (batch-norm moments) may move. True only in the owner's own update. */
  readonly updateState: boolean;
  /** Masks and noise are drawn from here. */
  readonly rng: Rng;
  /** How much of the old state an update keeps, instead of each layer's own momentum. */
  readonly stateMomentum?: number;
}

/** A built network. Keys are `layer index/role`, stable between processes, unlike TensorFlow.js's weight names. */
export interface Live<I, O> {
  /** Runs the network. Its results stay the caller's. */
  readonly apply: (input: I, pass: Pass) => O;
  /** Weights the optimizer moves, in the model's order. */
  readonly trainable: ReadonlyMap<string, Variable>;
  /** Weights that move by themselves: batch-norm moments, spectral-norm vectors. */
  readonly state: ReadonlyMap<string, Variable>;
  /** Whether a sample's output has nothing to do with the rest of its batch, so that two batches may be applied as one. */
  readonly independent?: boolean;
  /** The model behind it, where there is one: for summaries and for saving. */
  readonly model?: LayersModel;
  /** Frees its weights. */
  readonly dispose: () => void;
}

/** Any built network, whatever it takes and gives. */
export type AnyLive = Live<never, unknown>;

/** A recipe: the trainer builds it, once for training and once more for a moving average. */
export interface Network<I, O> extends Described {
  /** Builds the network anew, its weights drawn from `init`. */
  readonly build: (init: Rng) => Live<I, O>;
}

/** A network from latents to samples `[batch, ...sampleShape]`. */
export interface Generator<L = Latents> extends Network<
  L,
  {
    /** float32 `[batch, ...sampleShape]`. */
    readonly samples: Tensor;
  }
> {
  /** Draws what the network takes. `labels`, int32 `[count]`, are passed on as they are. */
  readonly drawLatents: (count: number, rng: Rng, labels?: Tensor) => L;
}

/** Changes what the discriminator sees of either side: augmentation, noise. Must be differentiable. `update` is of the player whose turn it is. */
export type Prepare = (side: Batch, rng: Rng, update: number) => Batch;

/** A network from samples to what it says of them. */
export interface Discriminator<O = Logits> extends Network<Batch, O> {
  /** Changes what it sees of both sides. Nothing unless told. */
  readonly prepare?: Prepare;
  /** Samples it judges together, joined along their last axis. 1 unless told. */
  readonly packing?: number;
}

/** One side of the game as the discriminator saw it. */
export interface Side<O> extends Batch {
  /** What the discriminator returned. */
  readonly out: O;
}

/** What a loss sees of the generator's samples. */
export interface FakeSide<O, L> {
  /** The fakes, and what the discriminator says of them. */
  readonly fake: Side<O>;
  /** What the fakes were made of. */
  readonly latents: L;
  /** The loss's own state, where it keeps one. */
  readonly state: Parts;
  /** Updates so far of the player whose turn it is: what schedules go by. */
  readonly update: number;
  /** A stream of this player and update: a resumed run draws the same from it. */
  readonly rng: Rng;
}

/** What a loss sees where real samples are there too. */
export interface BothSides<O, L> extends FakeSide<O, L> {
  /** The real samples, and what the discriminator says of them. */
  readonly real: Side<O>;
}

/** Scalars that survive from round to round, such as BEGAN's k. */
export interface GameState {
  /** The scalars at the beginning of a run. */
  readonly initial: () => Parts;
  /** Called once a round. `parts` are keyed `player/part`. */
  readonly next: (parts: Parts, state: Parts) => Parts;
}

/** A pair of pure functions over what both networks returned. It trains nothing. */
export type Loss<O = Logits, L = Latents> = Described & {
  /** The logit between real and fake, for losses that draw such a line: the discriminator's accuracy is reported by it. */
  readonly boundary?: number;
  /** The discriminator's terms, scalars by name, to be minimized. */
  readonly discriminator: (context: BothSides<O, L>) => Parts;
  /** Scalars that it keeps from round to round. None unless told. */
  readonly state?: GameState;
} & (
    | {
        /** Whether the generator's terms look at the real side, which costs a pass. False unless told. */
        readonly generatorSeesReal?: false;
        /** The generator's terms, scalars by name, to be minimized. */
        readonly generator: (context: FakeSide<O, L>) => Parts;
      }
    | {
        /** The generator's terms look at the real side. */
        readonly generatorSeesReal: true;
        /** The generator's terms, scalars by name, to be minimized. */
        readonly generator: (context: BothSides<O, L>) => Parts;
      }
  );

/**
 * What a penalty sees: both sides, and the discriminator itself to score other samples with. All samples here are as the
 * network takes them, prepared and packed.
 */
export interface PenaltyContext<O> extends BothSides<O, unknown> {
  /** Applies the discriminator to other samples, `[n, ...]`. */
  readonly score: (samples: Tensor) => O;
  /** The squared norm of the gradient of the logits by each sample of a side, `[batch]`: computed once for all who ask. */
  readonly slopes?: (side: 'real' | 'fake') => Tensor;
}

/** A term added to one player's objective every `interval` of its updates, scaled by it; or a constraint on its weights after each. */
export type Regularizer<O = Logits> = Described & {
  /** Whose objective or weights. */
  readonly player: 'generator' | 'discriminator';
} & (
    | {
        /** Updates from one to the next, at least 1. The term is multiplied by it. */
        readonly interval: number;
        /** A scalar. */
        readonly penalty: (context: PenaltyContext<O>) => Tensor;
        /** Differentiates the discriminator by its input: its second derivative must be right. */
        readonly secondOrder?: boolean;
        /** Will ask for the `slopes` of that side: those of both sides are computed at once where both will be asked for. */
        readonly slopesOf?: 'real' | 'fake';
        /** Takes each sample's score to be its own: batch normalization in the discriminator is refused. */
        readonly sampleBySample?: boolean;
      }
    | {
        /** Changes the player's weights in place, after each of its updates. */
        readonly constrain: (variables: ReadonlyMap<string, Variable>) => void;
      }
  );

/** Moves variables along their gradients and keeps its own slots, keyed as the variables are. */
export interface Optimizer {
  /** `update` counts from 0. Variables without a gradient are left alone. Takes no ownership of either map. */
  readonly apply: (gradients: ReadonlyMap<string, Tensor>, variables: ReadonlyMap<string, Variable>, update: number) => void;
  /** Slots by name, created where missing. They stay the optimizer's. */
  readonly slots: (variables: ReadonlyMap<string, Variable>) => ReadonlyMap<string, Variable>;
  /** Frees its slots. */
  readonly dispose: () => void;
}

export interface OptimizerRecipe extends Described {
  /** Makes an optimizer whose slots are empty. */
  readonly build: () => Optimizer;
}
