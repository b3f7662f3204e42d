import { memory, NonFiniteLossError, rng, Trainer, type Dataset, type Logits, type Loss } from '@ganzoo/core';
import type { GaussianMixture } from '@ganzoo/datasets';
import * as tf from '@tensorflow/tfjs';
import { dataOf } from '../gan/data.ts';
import { losses } from '../gan/gan.ts';
import type { Settings } from '../settings/settings.ts';
import { landscape, pulls, take } from './look.ts';
import { judge, Meter } from './numbers.ts';
import type { Pace } from './pace.ts';
import { arrowCount, sampleCount, type Failure, type Frame, type Looks, type News } from './protocol.ts';
import { watchedGan, type Dials, type WatchedGan } from './watched.ts';

/** Milliseconds between two frames at least, and how much of the time they may take. */
const frameInterval = 80;
const frameShare = 5;

/** One run: a trainer that waits for its turns and shows itself on the way. */
export class Session {
  readonly #run: number;
  readonly #pace: Pace;
  readonly #looks: () => Looks;
  readonly #send: (news: News, transfer?: Transferable[]) => void;
  readonly #dials: Dials;
  readonly #data: Dataset | GaussianMixture;
  readonly #loss: Loss<Logits, unknown>;
  readonly #meter = new Meter();
  #settings: Settings;
  #watched: WatchedGan;
  #trainer: Trainer;
  /** The first points of the data, shown and compared with. */
  #real: Float32Array = new Float32Array();
  #updates = { generator: 0, discriminator: 0 };
  /** What `tune` asked for last. */
  #next: Settings | undefined;
  #isHandingOver = false;
  #isEnded = false;
  #begun = 0;
  #nextFrame = 0;

  constructor(run: number, settings: Settings, pace: Pace, looks: () => Looks, send: (news: News, transfer?: Transferable[]) => void) {
    [this.#run, this.#settings, this.#pace, this.#looks, this.#send] = [run, settings, pace, looks, send];
    this.#dials = { generatorRate: settings.generatorRate, discriminatorRate: settings.discriminatorRate };
    this.#data = dataOf(settings);
    this.#loss = losses[settings.loss]();
    this.#watched = watchedGan(settings, this.#dials);
    this.#trainer = new Trainer(this.#watched.gan, { seed: settings.seed });
  }

  /** Trains until `end()`; tells of a failure, and throws none. */
  async train(): Promise<void> {
    try {
      this.#real = await firstPoints(this.#data);
      this.#send({ type: 'data', run: this.#run, points: this.#real });
      await this.show();
      // The gate is passed before a step is taken: what is asked for while it is shut is seen to before that step.
      if (!(await this.#pace.next())) return;
      while (!this.#isEnded) {
        if (this.#isHandingOver) await this.#handOver();
        this.#begun = performance.now();
        await this.#trainer.fit(this.#data, {
          steps: Number.MAX_SAFE_INTEGER,
          batchSize: this.#settings.batchSize,
          checkEvery: 20,
          callbacks: [{ name: 'playground', onStep: () => this.#afterStep() }],
        });
      }
    } catch (error) {
      this.#send(failureOf(error, this.#run));
    } finally {
      this.#isEnded = true;
      this.#trainer.dispose();
    }
  }

  async #afterStep(): Promise<void | 'stop'> {
    const { criticSteps } = this.#settings;
    this.#updates = { generator: this.#updates.generator + 1, discriminator: this.#updates.discriminator + criticSteps };
    const now = performance.now();
    if (this.#pace.isWaiting || now >= this.#nextFrame) {
      await this.show();
      const took = performance.now() - now;
      this.#nextFrame = performance.now() + Math.max(frameInterval, frameShare * took);
    }
    this.#meter.add(criticSteps + 1, performance.now() - this.#begun);
    const goesOn = await this.#pace.next();
    this.#begun = performance.now();
    if (!goesOn) this.#isEnded = true;
    return goesOn && !this.#isHandingOver ? undefined : 'stop';
  }

  /** Other rates hold from the next update on, other critic steps from the next round. */
  tune(settings: Settings): void {
    Object.assign(this.#dials, { generatorRate: settings.generatorRate, discriminatorRate: settings.discriminatorRate });
    this.#isHandingOver ||= settings.criticSteps !== this.#settings.criticSteps;
    this.#next = settings;
  }

  /** How many updates a player makes is part of the GAN: a new trainer takes over weights, optimizers and streams. */
  async #handOver(): Promise<void> {
    this.#isHandingOver = false;
    this.#settings = this.#next ?? this.#settings;
    const store = memory();
    await this.#trainer.save(store);
    const watched = watchedGan(this.#settings, this.#dials);
    const trainer = await Trainer.load(store, watched.gan, { allowChanges: true });
    this.#trainer.dispose();
    [this.#trainer, this.#watched] = [trainer, watched];
  }

  end(): void {
    this.#pace.end();
  }

  /** Shows the run again if it stands still. */
  async refresh(): Promise<void> {
    if (this.#pace.isWaiting && !this.#isEnded) await this.show();
  }

  /** Sends the run as it is now. What it holds is taken before the first wait. */
  async show(): Promise<void> {
    const looks = this.#looks();
    const { critic } = this.#watched;
    const drawn = this.#trainer.sample(sampleCount);
    const [fake, real] = tf.tidy(() => [
      tf.slice(drawn, [0, 0], [arrowCount, 2]),
      tf.tensor2d(
        Float32Array.from({ length: 2 * arrowCount }, (_, i) => this.#real[i % this.#real.length] as number),
        [arrowCount, 2],
      ),
    ]) as [tf.Tensor, tf.Tensor];
    const step = this.#trainer.step;
    const [samples, heights, gradients, read] = await Promise.all([
      take(drawn),
      looks.landscape ? landscape(critic) : undefined,
      looks.gradients ? pulls(critic, this.#loss, fake, real, rng(0)) : undefined,
      this.#trainer.losses(),
    ]);
    tf.dispose([fake, real]);
    const mixture = 'centers' in this.#data ? this.#data : undefined;
    const rate = this.#meter.rate;
    const numbers = { ...(await judge(samples, this.#real, mixture)), ...(rate !== undefined && { updatesPerSecond: rate }) };
    const frame: Frame = {
      type: 'frame',
      run: this.#run,
      step,
      updates: this.#updates,
      samples,
      losses: read,
      numbers,
      ...(heights && { landscape: heights }),
      ...(gradients && { gradients }),
    };
    this.#send(
      frame,
      [samples, heights, gradients].flatMap((values) => values?.buffer ?? []),
    );
  }
}

/** As many points of the data as samples are shown, or all there are. */
async function firstPoints(data: Dataset): Promise<Float32Array> {
  const size = Math.min(sampleCount, data.size ?? sampleCount);
  for await (const { batch } of data.batches({ size, rng: rng(0).fork('shown') })) {
    tf.dispose(batch.labels ?? []);
    return take(batch.samples);
  }
  return new Float32Array();
}

function failureOf(error: unknown, run: number): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NonFiniteLossError) return { type: 'failure', run, kind: 'diverged', message, step: error.step, terms: error.terms };
  return { type: 'failure', run, kind: 'other', message };
}
