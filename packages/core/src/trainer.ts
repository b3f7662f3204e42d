import * as tf from '@tensorflow/tfjs';
import { checkpointFile, encodeCheckpoint, expectSameGan, readCheckpoint, restoreVariables, sameData, type DataCursor } from './checkpoint.ts';
import { toDataset, type DataSource } from './data.ts';
import type { DrawnBatch } from './batches.ts';
import { assemble, disposeAssembly, runVariables, type Assembly } from './assemble.ts';
import { expectInteger, expectKeys, GanzooError } from './errors.ts';
import { describe } from './gan.ts';
import { modelFiles } from './model-files.ts';
import { nextTask } from './next-task.ts';
import { rng } from './random.ts';
import { Readings } from './readings.ts';
import { runLoop, type FitOptions, type FitResult } from './loop.ts';
import { drawsPerRound } from './seat.ts';
import type { Dataset, SampleOptions, Store } from './run-types.ts';
import type { Gan } from './game-types.ts';
import type { AnyLive, Batch, Rng } from './types.ts';

const SCOPE = 'core/trainer';
const sampleBatchSize = 128;

/**
 * Trains any {@link Gan}, knowing none in particular.
 *
 * It owns what it makes until `dispose()`, and none of its caller's tensors. Select the backend first.
 */
export class Trainer<B = Batch> {
  /** The game it plays. */
  readonly gan: Gan<B>;
  /** What its networks and every random stream are made from. */
  readonly seed: number;
  readonly #root: Rng;
  readonly #built: Assembly<B>;
  readonly #readings = new Readings();
  /** Of the last batch drawn: what an average's statistics are measured with. */
  #labels: tf.Tensor | undefined;
  #cursor: DataCursor | undefined;
  #step = 0;
  #realSamples = 0;
  #busy = false;
  /** Whether losses that are not finite end the training. */
  #guarded = true;
  /** Settles when the round under way has ended: between two of its turns the run is not worth saving. */
  #playing: Promise<void> | undefined;
  #disposed = false;

  /** Builds the networks from the seed, 0 unless told. Throws when they do not fit each other. */
  constructor(gan: Gan<B>, options: { readonly seed?: number } = {}) {
    expectKeys(SCOPE, options, ['seed']);
    this.gan = gan;
    this.seed = options.seed ?? 0;
    this.#root = rng(this.seed);
    this.#built = assemble(gan, this.#root);
  }

  /** Rounds of all players since the beginning of the run. */
  get step(): number {
    return this.#step;
  }

  /** Real samples drawn since the beginning of the run. */
  get realSamples(): number {
    return this.#realSamples;
  }

  /** The last losses, keyed `player/term`. */
  losses(): Promise<Readonly<Record<string, number>>> {
    this.#expectAlive();
    return this.#readings.read();
  }

  /**
   * Trains until `steps` rounds have been played since the beginning of the run.
   *
   * Ends early, and says so in its result, when the signal aborts, a callback answers `'stop'` or the data end. Throws a
   * {@link NonFiniteLossError} when a loss turns NaN or infinite, and from then on: the weights are damaged too, so go on
   * from a checkpoint. So do after a {@link BackendError}, when the backend failed. After any other error the trainer can go on.
   */
  async fit(data: B extends Batch ? DataSource | Dataset<B> : Dataset<B>, options: FitOptions): Promise<FitResult> {
    this.#expectAlive();
    if (this.#busy) throw new GanzooError(SCOPE, 'this trainer is already fitting; await that call first.');
    this.#busy = true;
    this.#guarded = options.checkEvery !== false;
    try {
      if (this.#guarded) await this.#readings.assertFinite();
      const dataset = (await toDataset(data as DataSource)) as unknown as Dataset<B>;
      return await runLoop<B>(
        {
          gan: this.#built.expects ? { ...this.gan, expects: this.#built.expects } : this.gan,
          seed: this.seed,
          progress: () => ({ step: this.#step, realSamples: this.#realSamples }),
          cursor: (of) => (this.#cursor && sameData(this.#cursor, of) ? this.#cursor.at : null),
          draws: drawsPerRound(this.#built.seats),
          round: (batches) => this.#round(batches, dataset),
          rng: this.#root.fork('data'),
          losses: () => this.losses(),
          assertFinite: () => this.#readings.assertFinite(),
          sample: (count, sampleOptions) => this.sample(count, sampleOptions),
          save: (store) => this.save(store),
        },
        dataset,
        options,
      );
    } finally {
      this.#busy = false;
    }
  }

  /** One turn of every player; the event loop gets a turn after each update. */
  async #round(batches: readonly DrawnBatch<B>[], { name, size }: Dataset<B>): Promise<void> {
    let finish = (): void => undefined;
    this.#playing = new Promise((resolve) => (finish = resolve));
    try {
      let [drawn] = batches as readonly [DrawnBatch<B>];
      let next = 0;
      for (const seat of this.#built.seats) {
        for (let i = 0; i < seat.player.updates; i++) {
          this.#expectAlive();
          if (seat.player.batch === 'new') drawn = batches[next++] as DrawnBatch<B>;
          const rng = this.#root.fork(`player ${seat.player.name}`).fork(seat.updates);
          const turn = { batch: drawn.batch, batchSize: drawn.size, rng, state: this.#built.state, networks: this.#built.networks as never };
          seat.update(turn, this.#readings, this.#step + 1);
          await nextTask();
        }
      }
      this.#expectAlive();
      const images = batches.reduce((sum, { size }) => sum + size, 0);
      this.#step++;
      this.#realSamples += images;
      this.#cursor = { data: name, size: size ?? null, at: batches.at(-1)?.cursor ?? null };
      this.#rememberLabels(drawn.batch);
      this.#built.average?.update(this.#built.networks, images, this.#realSamples);
      tf.tidy(() => {
        const state = this.gan.state?.next(this.#readings.parts, this.#built.state) ?? {};
        for (const [name, value] of Object.entries(state)) this.#built.state[name]?.assign(value);
      });
    } finally {
      this.#playing = undefined;
      finish();
    }
  }

  #rememberLabels(batch: B): void {
    const { labels } = batch as { labels?: tf.Tensor };
    this.#labels?.dispose();
    this.#labels = labels && tf.keep(tf.clone(labels));
  }

  /**
   * Samples `[count, ...sampleShape]` from the averaged generator (or the current one, without an average) in inference
   * mode: a latent gives the same sample alone and among others. The caller disposes the result.
   */
  sample(count: number, options: SampleOptions = {}): tf.Tensor {
    this.#expectAlive();
    expectInteger(SCOPE, 'the number of samples', count, 1);
    expectKeys(SCOPE, options, ['seed', 'labels']);
    const { seed = 0, labels } = options;
    const { sampler } = this.gan;
    if (!sampler) throw new GanzooError(SCOPE, `${this.gan.name} has no sampler. Add one to defineGame: { network, draw }.`);
    if (labels && labels.length !== count) throw new GanzooError(SCOPE, `expected ${count} labels, one a sample, got ${labels.length}.`);
    const live = this.#sampling();
    const latents = rng(seed).fork('samples');
    return tf.tidy(() => {
      const chunks: tf.Tensor[] = [];
      for (let from = 0; from < count; from += sampleBatchSize) {
        const size = Math.min(sampleBatchSize, count - from);
        const drawn = sampler.draw(size, latents.fork(from), labels && tf.tensor1d(labels.slice(from, from + size), 'int32'));
        chunks.push((live.apply(drawn as never, { training: false, updateState: false, rng: latents.fork('pass') }) as { samples: tf.Tensor }).samples);
      }
      return chunks.length === 1 ? (chunks[0] as tf.Tensor) : tf.concat(chunks, 0);
    });
  }

  /** The network samples come from, its batch-norm statistics measured. */
  #sampling(): AnyLive {
    const sampler = this.gan.sampler;
    const name = sampler?.network as string;
    if (sampler) this.#built.average?.calibrate(sampler, this.#root.fork('calibration'), this.#labels);
    return this.#built.average?.live[name] ?? (this.#built.networks[name] as AnyLive);
  }

  /**
   * Writes a checkpoint (`checkpoint.safetensors`), and the generator samples come from as a TensorFlow.js model
   * (`generator/model.json`). Waits for the end of a round under way. Throws, and writes nothing, when a weight is not finite, or
   * a loss unless `fit` was told not to check them.
   */
  async save(store: Store): Promise<void> {
    await this.#playing;
    this.#expectAlive();
    const state = {
      seed: this.seed,
      step: this.#step,
      realSamples: this.#realSamples,
      updates: Object.fromEntries(this.#built.seats.map(({ player, updates }) => [player.name, updates])),
      cursor: this.#cursor ?? null,
      gan: describe(this.gan),
    };
    // All three are begun before the first is awaited: what is saved is the run as it is now.
    const model = this.gan.sampler && this.#sampling().model;
    const parts = [
      this.#guarded ? this.#readings.assertFinite() : undefined,
      model ? modelFiles(model, 'generator') : new Map<string, Uint8Array>(),
      encodeCheckpoint(state, runVariables(this.#built)),
    ] as const;
    // The first to blame comes first: a loss that is not finite explains the weights that are not.
    await Promise.allSettled(parts);
    const [, generator, checkpoint] = await Promise.all(parts);
    const files = new Map([...generator].map(([name, bytes]) => [`generator/${name}`, bytes]));
    files.set(checkpointFile, checkpoint);
    await store.commit(files);
  }

  /**
   * Goes on from a checkpoint: same weights, optimizers, streams and place in the data. Refuses one of another configuration,
   * unless changes are allowed and the networks and optimizers still have the same weights: then it trains on as the new one says.
   *
   * @throws DamagedCheckpointError on one that is torn or altered
   */
  static async load<B = Batch>(store: Store, gan: Gan<B>, options: { readonly allowChanges?: boolean } = {}): Promise<Trainer<B>> {
    expectKeys(SCOPE, options, ['allowChanges']);
    const { state, tensors } = await readCheckpoint(store);
    if (!options.allowChanges) expectSameGan(state.gan, describe(gan));
    const trainer = new Trainer(gan, { seed: state.seed });
    try {
      restoreVariables(runVariables(trainer.#built), tensors);
    } catch (error) {
      trainer.dispose();
      throw error;
    }
    trainer.#built.average?.restored();
    trainer.#step = state.step;
    trainer.#realSamples = state.realSamples;
    trainer.#cursor = state.cursor ?? undefined;
    for (const seat of trainer.#built.seats) seat.updates = state.updates[seat.player.name] ?? 0;
    return trainer;
  }

  /** Gives back every tensor of this trainer; it can do nothing afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    disposeAssembly(this.#built);
    this.#readings.dispose();
    this.#labels?.dispose();
  }

  #expectAlive(): void {
    if (this.#disposed) throw new GanzooError(SCOPE, 'this trainer was disposed of; make a new one or Trainer.load(store, gan).');
  }
}
