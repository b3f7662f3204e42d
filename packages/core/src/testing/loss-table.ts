/** A loss at work: what it is given, and what it makes of that. */
import * as tf from '@tensorflow/tfjs';
import { rng } from '../random.ts';
import type { BothSides, Features, Latents, Logits, Loss, Parts, Rng } from '../types.ts';

/** What a discriminator returns, made of random values `[batch, k]`. */
export type CriticOutput<O> = (values: tf.Tensor2D) => O;

export const players = ['discriminator', 'generator'] as const;
export type PlayerName = (typeof players)[number];

const [rows, columns] = [4, 6];
const imageShape = [4, 4, 3];

/** What a context is made of: the values behind the discriminator's outputs, samples and latents. */
export interface Inputs {
  readonly real: tf.Tensor2D;
  readonly fake: tf.Tensor2D;
  readonly realSamples: tf.Tensor;
  readonly fakeSamples: tf.Tensor;
  readonly z: tf.Tensor;
}

/** One value is the logit, the others are features. */
export const logitsAndFeatures: CriticOutput<Logits & Features> = (values) => {
  const [logits, features] = tf.split(values, [1, columns - 1], 1) as [tf.Tensor, tf.Tensor];
  return { logits, features };
};

/** Normal values and images. The caller disposes them. */
export function randomInputs(): Inputs {
  const stream = rng(1);
  const values = (name: string): tf.Tensor2D => stream.fork(name).normal([rows, columns]) as tf.Tensor2D;
  const images = (name: string): tf.Tensor => stream.fork(name).uniform([rows, ...imageShape], -1, 1);
  return { real: values('real'), fake: values('fake'), realSamples: images('real samples'), fakeSamples: images('fake samples'), z: values('z') };
}

/** The same with values of plus or minus `size`: each sign of one side against each of the other. */
export function extremeInputs(size: number): Inputs {
  const inputs = randomInputs();
  tf.dispose([inputs.real, inputs.fake]);
  const signs = (of: readonly number[]): tf.Tensor2D => tf.tidy(() => tf.mul(tf.tile(tf.tensor2d([...of], [rows, 1]), [1, columns]), size));
  return { ...inputs, real: signs([1, 1, -1, -1]), fake: signs([1, -1, 1, -1]) };
}

/** Every row once more, in the same order. */
export function twice(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tf.concat([value, value], 0)])) as unknown as Inputs;
}

/** Made of copies: what a loss does to its context stays in it. Call it in a tidy. */
export function contextOf<O>(critic: CriticOutput<O>, inputs: Inputs, state: Parts, stream: Rng): BothSides<O, Latents> {
  const classes = Array.from({ length: inputs.real.shape[0] }, (_, row) => row % 2);
  const labels = tf.tensor1d(classes, 'int32');
  return {
    real: { samples: tf.clone(inputs.realSamples), labels, out: critic(inputs.real) },
    fake: { samples: tf.clone(inputs.fakeSamples), labels, out: critic(inputs.fake) },
    latents: { z: tf.clone(inputs.z), labels },
    state,
    update: 0,
    rng: stream,
  };
}

/** The parts of one player, given both sides whether it asks for them or not. Call it in a tidy. */
export function partsOf<O>(loss: Loss<O, Latents>, critic: CriticOutput<O>, player: PlayerName, inputs: Inputs, stream: Rng): Parts {
  const play = loss[player] as (context: BothSides<O, Latents>) => Parts;
  return play(contextOf(critic, inputs, loss.state?.initial() ?? {}, stream));
}
