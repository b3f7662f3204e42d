import { rng, type Batch, type Gan, type Hyper, type Live, type Logits, type Schedule } from '@ganzoo/core';
import { ganOf } from '../gan/gan.ts';
import type { Settings } from '../settings/settings.ts';
import type { Critic } from './look.ts';

/** What the visitor may move while a run goes on. */
export interface Dials {
  generatorRate: number;
  discriminatorRate: number;
}

/** A GAN whose rates follow the dials, and its discriminator once a trainer has built it. */
export interface WatchedGan {
  readonly gan: Gan;
  readonly critic: Critic;
}

/** Networks are recipes: one that remembers what it built lets the page look through the discriminator's eyes. */
export function watchedGan(settings: Settings, dials: Readonly<Dials>): WatchedGan {
  const gan = ganOf(settings, { generator: dial(dials, 'generatorRate'), discriminator: dial(dials, 'discriminatorRate') });
  const recipe = gan.networks['discriminator'] as unknown as { build: (init: unknown) => Live<Batch, Logits> };
  let built: Live<Batch, Logits> | undefined;
  const discriminator = { ...recipe, build: (init: unknown) => (built = recipe.build(init)) };
  const critic: Critic = (samples) => {
    if (!built) throw new Error('the discriminator is looked at before a trainer has built it');
    return built.apply({ samples }, { training: false, updateState: false, rng: rng(0) });
  };
  return { gan: { ...gan, networks: { ...gan.networks, discriminator } as unknown as Gan['networks'] }, critic };
}

/** A schedule that says what the dial says now. */
function dial(dials: Readonly<Dials>, key: keyof Dials): Hyper {
  return { name: 'dial', config: {}, at: () => dials[key] } satisfies Schedule;
}
