import { adam, cosine, GanzooError, linearDecay, rmsProp, sgd, type Gan, type Hyper, type Json, type OptimizerRecipe } from '@ganzoo/core';
import type { DatasetChoice } from './datasets.ts';
import { findVariant } from './variants.ts';

/** What a run is made of, in the words of the command: kept in `config.json`, so that a run is gone on with by its directory alone. */
export interface Recipe {
  readonly variant: string;
  readonly data: DatasetChoice;
  /** Options of the variant. */
  readonly set: Readonly<Record<string, Json>>;
  /** Of the generator's optimizer and of the discriminator's, where they are not the variant's. */
  readonly learningRates?: readonly [number, number];
  /** How rates fall: not at all; from half of the training on, in a straight line to a tenth; along a cosine to 0. */
  readonly decay: Decay;
}

export const decays = ['none', 'linear', 'cosine'] as const;
export type Decay = (typeof decays)[number];

/** Builds the GAN of a recipe. Rates that fall are of so many steps. */
export async function ganOf(recipe: Recipe, sampleShape: readonly number[], steps: number, cwd: string): Promise<Gan> {
  const { variant } = await findVariant(recipe.variant, cwd);
  const make = (more: object): Gan => variant({ ...recipe.set, sampleShape, ...more } as never);
  const plain = make({});
  const { learningRates, decay } = recipe;
  if (!learningRates && decay === 'none') return plain;
  const { players } = plain.config as { players: Readonly<Record<string, { updates: number; optimizer: { name: string; config: Record<string, Json> } }>> };
  const optimizers = Object.fromEntries(
    Object.entries(players).map(([player, { updates, optimizer }]) => {
      const told = learningRates?.[player === 'generator' ? 0 : 1] ?? optimizer.config['learningRate'];
      if (typeof told !== 'number')
        throw new GanzooError(
          'command',
          `the ${player} of ${recipe.variant} has a learning rate that changes by itself: give --learning-rate, or leave --decay out.`,
        );
      return [player, rebuilt(optimizer, falling(told, decay, steps * updates))];
    }),
  );
  return make({ optimizers });
}

function falling(from: number, decay: Decay, updates: number): Hyper {
  const half = Math.ceil(updates / 2);
  if (decay === 'linear') return linearDecay({ from, to: from / 10, start: half, updates: half });
  return decay === 'cosine' ? cosine({ from, updates }) : from;
}

const makers = { adam, rmsProp, sgd };

function rebuilt({ name, config }: { readonly name: string; readonly config: Record<string, Json> }, learningRate: Hyper): OptimizerRecipe {
  const make = makers[name as keyof typeof makers] as ((options: object) => OptimizerRecipe) | undefined;
  if (!make)
    throw new GanzooError('command', `--learning-rate and --decay know ${Object.keys(makers).join(', ')}, not '${name}'. Train by a script of your own.`);
  return make({ ...config, learningRate });
}

/** `key=value` words of the command: JSON, or else text. */
export function settingsOf(words: readonly string[]): Record<string, Json> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new GanzooError('command', `--set takes key=value, such as latentDim=64 or widths=[64,32], got '${word}'.`);
      return [word.slice(0, at), valueOf(word.slice(at + 1))];
    }),
  );
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
