import * as tf from '@tensorflow/tfjs';
import { Average } from './ema.ts';
import { enableHigherOrderGradients } from './gradients.ts';
import { Seat } from './seat.ts';
import type { Gan } from './game-types.ts';
import type { AnyLive, Rng } from './types.ts';

/** A GAN, built: its networks, its players in their seats, and the average to sample from. */
export interface Assembly<B> {
  readonly networks: Readonly<Record<string, AnyLive>>;
  readonly seats: readonly Seat<B>[];
  readonly average: Average | undefined;
  /** What a loss keeps from round to round. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /** What batches must look like, from the GAN or else from its networks. */
  readonly expects: Gan['expects'];
}

/** Builds everything a run needs, each network from its own stream. Leaves nothing behind when it throws. */
export function assemble<B>(gan: Gan<B>, root: Rng): Assembly<B> {
  enableHigherOrderGradients();
  const init = (name: string): Rng => root.fork(`weights of ${name}`);
  const networks: Record<string, AnyLive> = {};
  const seats: Seat<B>[] = [];
  try {
    for (const [name, network] of Object.entries(gan.networks)) networks[name] = network.build(init(name));
    const found = gan.check?.(networks) ?? undefined;
    for (const player of gan.players) seats.push(new Seat(player, networks));
    const average = gan.ema && new Average(gan.ema, gan.networks, networks, init);
    const state = stateOf(gan);
    return { networks, seats, average, state, expects: gan.expects ?? found };
  } catch (error) {
    for (const live of Object.values(networks)) live.dispose();
    for (const { optimizer } of seats) optimizer.dispose();
    throw error;
  }
}

/** The variables that a loss keeps from round to round, at their beginning. */
function stateOf<B>(gan: Gan<B>): Record<string, tf.Variable> {
  const state: Record<string, tf.Variable> = {};
  tf.tidy(() => {
    for (const [name, value] of Object.entries(gan.state?.initial() ?? {})) state[name] = tf.variable(value, false);
  });
  return state;
}

/** Gives back all that was built. */
export function disposeAssembly<B>({ networks, seats, average, state }: Assembly<B>): void {
  for (const live of Object.values(networks)) live.dispose();
  for (const { optimizer } of seats) optimizer.dispose();
  average?.dispose();
  tf.dispose(state);
}

/** Every variable of a run by a name that is the same in each process. */
export function runVariables<B>({ networks, average, seats, state }: Assembly<B>): Map<string, tf.Variable> {
  const all = new Map<string, tf.Variable>();
  for (const [prefix, lives] of [
    ['network', networks],
    ['ema', average?.live ?? {}],
  ] as const) {
    for (const [name, live] of Object.entries(lives)) {
      for (const kind of ['trainable', 'state'] as const) for (const [key, variable] of live[kind]) all.set(`${prefix}/${name}/${key}`, variable);
    }
  }
  for (const { player, optimizer, variables } of seats) {
    for (const [key, slot] of optimizer.slots(variables)) all.set(`optimizer/${player.name}/${key}`, slot);
  }
  for (const [name, value] of Object.entries(state)) all.set(`state/${name}`, value);
  return all;
}
