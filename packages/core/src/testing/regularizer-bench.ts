/** Small networks to try a regularizer on. */
import * as tf from '@tensorflow/tfjs';
import { defineGan } from '../gan.ts';
import { mlp } from '../networks.ts';
import { rng } from '../random.ts';
import { discriminator, generator } from '../roles.ts';
import type { Gan } from '../game-types.ts';
import type { AnyLive, Discriminator, Live, Batch, Latents, PenaltyContext, Regularizer, Shape } from '../types.ts';

export interface Subject<O> {
  readonly sampleShape: Shape;
  /** Its own discriminator, for a regularizer of other outputs than logits and features. */
  readonly discriminator?: Discriminator<O>;
}

const [latentDim, rows] = [3, 4];

function makerOf(sampleShape: Shape): ReturnType<typeof generator> {
  return generator({ latentDim, network: mlp({ inputShape: [latentDim], hidden: [6], outputShape: sampleShape, norm: 'batch', outputActivation: 'tanh' }) });
}

function criticOf<O>({ sampleShape, discriminator: own }: Subject<O>, norm: 'batch' | 'none'): Discriminator<O> {
  return own ?? (discriminator({ network: mlp({ inputShape: sampleShape, hidden: [6, 6], outputShape: [1], norm }) }) as unknown as Discriminator<O>);
}

/** Both networks, and what a penalty is given of them. */
export interface Bench<O> {
  readonly networks: { readonly generator: Live<Latents, { readonly samples: tf.Tensor }>; readonly discriminator: Live<Batch, O> };
  /** Makes fakes and scores both sides: call it on the tape, in a tidy. */
  readonly context: () => PenaltyContext<O>;
  readonly dispose: () => void;
}

/**
 * Builds the networks with state in both, batch normalization, and weights three times as large as they begin: penalties on
 * large gradients only have something to punish.
 */
function bench<O>(subject: Subject<O>): Bench<O> {
  const critic = criticOf(subject, 'batch');
  const maker = makerOf(subject.sampleShape);
  const networks = { generator: maker.build(rng(1)), discriminator: critic.build(rng(2)) };
  for (const live of Object.values(networks) as AnyLive[]) enlarge(live);
  const score = (samples: tf.Tensor): O => networks.discriminator.apply({ samples }, { training: true, updateState: false, rng: rng(3) });
  const side = (samples: tf.Tensor): Batch & { out: O } => {
    const seen = critic.prepare?.({ samples }, rng(4), 0) ?? { samples };
    return { ...seen, out: score(seen.samples) };
  };
  return {
    networks,
    context() {
      const latents = maker.drawLatents(rows, rng(5));
      const { samples } = networks.generator.apply(latents, { training: true, updateState: false, rng: rng(6) });
      const real = rng(7).uniform([rows, ...subject.sampleShape], -1, 1);
      return { real: side(real), fake: side(samples), latents, state: {}, update: 0, rng: rng(8), score };
    },
    dispose: () => Object.values(networks).forEach((live) => live.dispose()),
  };
}

/** Lends a bench to some work. */
export async function onBench<O>(subject: Subject<O>, work: (on: Bench<O>) => Promise<void>): Promise<void> {
  const on = bench(subject);
  try {
    await work(on);
  } finally {
    on.dispose();
  }
}

/** Every variable of both networks, keyed `network/kind/key`. */
export function variablesOf<O>({ networks }: Bench<O>): ReadonlyMap<string, tf.Variable> {
  return new Map(
    Object.entries(networks).flatMap(([network, live]) =>
      (['trainable', 'state'] as const).flatMap((kind) => [...live[kind]].map(([key, variable]) => [`${network}/${kind}/${key}`, variable] as const)),
    ),
  );
}

function enlarge({ trainable }: AnyLive): void {
  tf.tidy(() => trainable.forEach((variable) => variable.assign(tf.mul(variable, 3))));
}

/** A GAN with a regularizer, to be trained. Its discriminator normalizes nothing, which some regularizers refuse. */
export function ganWith<O>(regularizer: Regularizer<O>, subject: Subject<O>): Gan {
  const mean = (out: O): tf.Tensor => tf.mean(Object.values(out as Record<string, tf.Tensor>)[0] as tf.Tensor);
  return defineGan<O, Latents>({
    name: 'conformance',
    sampleShape: subject.sampleShape,
    generator: makerOf(subject.sampleShape),
    discriminator: criticOf(subject, 'none'),
    loss: {
      name: 'conformance',
      config: {},
      discriminator: ({ real, fake }) => ({ conformance: tf.sub(mean(fake.out), mean(real.out)) }),
      generator: ({ fake }) => ({ conformance: tf.neg(mean(fake.out)) }),
    },
    regularizers: [regularizer],
    ema: false,
  });
}
