import * as tf from '@tensorflow/tfjs';
import type { Readings } from './readings.ts';
import { computeUpdate } from './step.ts';
import type { Live, Optimizer, Player, Turn } from './types.ts';

/** A player at the table: what it moves, its optimizer, and how often it has moved. */
export class Seat<B> {
  readonly player: Player<B, never>;
  readonly optimizer: Optimizer;
  /** What the player moves, keyed `network/layer/role`. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  updates = 0;

  constructor(player: Player<B, never>, networks: Readonly<Record<string, Live<never, unknown>>>) {
    this.player = player;
    this.optimizer = player.optimizer.build();
    this.variables = new Map(
      player.moves.flatMap((name) => [...(networks[name] as Live<never, unknown>).trainable].map(([key, variable]) => [`${name}/${key}`, variable] as const)),
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
