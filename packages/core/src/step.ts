/** The only place that takes gradients. Applying them is somebody else's: accumulation and workers need that seam. */
import * as tf from '@tensorflow/tfjs';
import { GanzooError, showShape } from './errors.ts';
import { disposeTape } from './kernels.ts';
import type { Objective, Player, Turn } from './game-types.ts';
import type { Parts } from './types.ts';

export interface Update {
  /** Of the sum of all losses, by variable. A variable the losses do not depend on has none. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly losses: Parts;
  readonly metrics: Parts;
}

/**
 * What one update of a player would do. The caller disposes every tensor of it.
 *
 * Leaves no tensor behind when the player's code throws.
 */
export function computeUpdate<B>(player: Player<B, never>, turn: Turn<B, never>, variables: ReadonlyMap<string, tf.Variable>): Update {
  const kept: tf.Tensor[] = [];
  const gradients = new Map<string, tf.Tensor>();
  try {
    let update: Update | undefined;
    tf.tidy(() => {
      const objective = player.turn(turn);
      // Copies: what the player returned stays its own.
      const keep = (parts: Parts): Parts =>
        Object.fromEntries(
          Object.entries(parts).map(([name, part]) => {
            const copy = tf.keep(tf.clone(part));
            kept.push(copy);
            return [name, copy];
          }),
        );
      const { value, grads } = tf.variableGrads(() => {
        const result: Objective = objective();
        checkParts(player.name, result.losses);
        update = { gradients, losses: keep(result.losses), metrics: keep(result.metrics ?? {}) };
        return tf.addN(Object.values(result.losses)) as tf.Scalar;
      }, [...variables.values()]);
      value.dispose();
      for (const [key, variable] of variables) {
        const gradient = grads[variable.name];
        if (gradient) gradients.set(key, tf.keep(gradient));
      }
    });
    return update as unknown as Update;
  } catch (error) {
    tf.dispose(kept);
    disposeTape();
    throw error;
  }
}

function checkParts(player: string, losses: Parts): void {
  const scope = 'core/step';
  const entries = Object.entries(losses);
  if (entries.length === 0)
    throw new GanzooError(scope, `the ${player}'s loss returned no parts; return at least one named scalar, such as { real: tf.mean(...) }.`);
  for (const [name, part] of entries) {
    if (!(part instanceof tf.Tensor))
      throw new GanzooError(scope, `part '${name}' of the ${player}'s loss is not a tensor but ${typeof part}. Return a scalar tensor, not its value.`);
    if (part.size !== 1 || part.rank !== 0)
      throw new GanzooError(scope, `part '${name}' of the ${player}'s loss has shape ${showShape(part.shape)}; it must be a scalar. Reduce it with tf.mean.`);
  }
}
