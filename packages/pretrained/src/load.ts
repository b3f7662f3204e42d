import { GanzooError, savedGenerator, type SavedGenerator } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import type { Card } from './card.ts';
import { cards } from './cards.ts';
import { artifactsOf, type StoredModel } from './stored-model.ts';

/** Each in a module of its own: who loads one does not fetch the others. */
const models: Readonly<Record<string, () => Promise<{ readonly model: StoredModel }>>> = {
  'mnist-dcgan': () => import('./models/mnist-dcgan.ts'),
  'mnist-lsgan': () => import('./models/mnist-lsgan.ts'),
  'mnist-vanilla': () => import('./models/mnist-vanilla.ts'),
  'mnist-wgan-gp': () => import('./models/mnist-wgan-gp.ts'),
};

/** A generator that comes with this package. */
export interface PretrainedGenerator extends SavedGenerator {
  /** What is known of it. */
  readonly card: Card;
}

/**
 * A trained generator by its name, on the active backend, in Node and in browsers alike; nothing but its module is fetched. Its
 * samples are images `[n, 28, 28, 1]` in [-1, 1] of latents `[n, 64]`, drawn from a standard normal distribution.
 *
 * @throws GanzooError on another name, with those there are
 */
export async function load(name: string): Promise<PretrainedGenerator> {
  const card = cards.find((candidate) => candidate.name === name);
  const model = models[name];
  if (!card || !model) throw new GanzooError('pretrained', `no generator is called '${name}'. There are: ${cards.map((each) => each.name).join(', ')}.`);
  const artifacts = artifactsOf((await model()).model);
  return { ...savedGenerator(await tf.loadLayersModel(tf.io.fromMemory(artifacts))), card };
}
