import * as tf from '@tensorflow/tfjs';
import type { Readings } from './readings.ts';
import { computeUpdate } from './step.ts';
import type { Player, Turn } from './game-types.ts';
import type { AnyLive, Optimizer } from './types.ts';

/** A player at the table: what it moves, its optimizer, and how often it has moved. */
export class Seat<B> {
  readonly player: Player<B, never>;
  readonly optimizer: Optimizer;
  /** What the player moves, keyed `network/layer/role`. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  updates = 0;

  constructor(player: Player<B, never>, networks: Readonly<Record<string, AnyLive>>) {
    this.player = player;
    this.optimizer = player.optimizer.build();
    this.variables = new Map(
      player.moves.flatMap((name) => [...(networks[name] as AnyLive).trainable].map(([key, variable]) => [`${name}/${key}`, variable] as const)),
    );
    // Slots exist from the start, so that every step holds as many tensors as the first.
    this.optimizer.slots(this.variables);
  }

  /** Makes one update, and leaves its losses in `readings` under the number of the round, counted from 1. */
  update(turn: Omit<Turn<B, never>, 'update'>, readings: Readings, round: number): void {
    const { player, optimizer, variables, updates } = this;
    const { gradients, losses, metrics } = computeUpdate(player, { ...turn, update: updates }, variables);
    readings.record(player.name, round, losses, metrics);
    try {
      optimizer.apply(gradients, variables, updates);
      if (player.constrain) tf.tidy(() => player.constrain?.(variables));
    } finally {
      for (const gradient of gradients.values()) gradient.dispose();
    }
    this.updates++;
  }
}

/** Batches that a round takes: one for each update of a player who wants its own. */
export function drawsPerRound(seats: readonly Seat<never>[]): number {
  const fresh = seats.filter(({ player }) => player.batch === 'new').reduce((sum, { player }) => sum + player.updates, 0);
  return Math.max(1, fresh);
}
