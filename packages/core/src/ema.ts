import * as tf from '@tensorflow/tfjs';
import type { Ema, Networks, Sampler } from './game-types.ts';
import type { AnyLive, Network, Pass, Rng } from './types.ts';

const calibrationBatches = 8;
const calibrationBatchSize = 128;

/** Averaged copies of networks: each a second build of its recipe, with batch-norm statistics of its own. */
export class Average {
  readonly live: Readonly<Record<string, AnyLive>>;
  readonly #ema: Ema;
  #stale = true;

  /** Starts as a copy of the networks' weights. */
  constructor(ema: Ema, networks: Networks, sources: Readonly<Record<string, AnyLive>>, init: (name: string) => Rng) {
    this.#ema = ema;
    this.live = Object.fromEntries(ema.networks.map((name) => [name, (networks[name] as Network<never, unknown>).build(init(name))]));
    for (const [name, live] of Object.entries(this.live)) {
      const source = sources[name] as AnyLive;
      for (const kind of ['trainable', 'state'] as const) for (const [key, variable] of live[kind]) variable.assign(source[kind].get(key) as tf.Variable);
    }
  }

  /** Moves the averages one round on, in which so many real samples were drawn: a half-life in samples means the same at every batch size. */
  update(sources: Readonly<Record<string, AnyLive>>, samplesInRound: number, realSamples: number): void {
    const halfLife = Math.min(this.#ema.halfLifeImages, realSamples * this.#ema.rampUp);
    const keep = 0.5 ** (samplesInRound / Math.max(halfLife, 1e-8));
    tf.tidy(() => {
      for (const [name, live] of Object.entries(this.live)) {
        const source = sources[name] as AnyLive;
        for (const kind of ['trainable', 'state'] as const) {
          for (const [key, average] of live[kind]) {
            const value = source[kind].get(key) as tf.Variable;
            average.assign(tf.add(value, tf.mul(tf.sub(average, value), keep)));
          }
        }
      }
    });
    this.#stale = true;
  }

  /** A checkpoint holds the averaged weights with the statistics that were measured when it was saved. */
  restored(): void {
    this.#stale = false;
  }

  /**
   * Measures the batch-norm moments of the averaged weights over fresh latents, as stochastic weight averaging does
   * (Izmailov et al. 2018, https://arxiv.org/abs/1803.05407): an average of moments does not belong to an average of weights.
   *
   * A conditional network is given `labels`, int32 `[n]`, and keeps its averaged moments where there are none yet.
   */
  calibrate(sampler: Sampler, rng: Rng, labels: tf.Tensor | undefined): void {
    const live = this.live[sampler.network];
    if (!this.#stale || !live || live.state.size === 0) return;
    const isConditional = (live.model?.inputs.length ?? 1) > 1;
    if (isConditional && !labels) return;
    const given = isConditional ? labels : undefined;
    for (let batch = 0; batch < calibrationBatches; batch++) {
      const stream = rng.fork(batch);
      const pass: Pass = { training: true, updateState: true, stateMomentum: batch / (batch + 1), rng: stream };
      tf.tidy(() => void live.apply(sampler.draw(given?.shape[0] ?? calibrationBatchSize, stream.fork('latents'), given) as never, pass));
    }
    this.#stale = false;
  }

  dispose(): void {
    for (const live of Object.values(this.live)) live.dispose();
  }
}
