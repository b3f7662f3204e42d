import { Tensor } from '@tensorflow/tfjs';
import { GanzooError, lacking, show, showShape } from '../errors.ts';

export const SCOPE = 'core/losses';

type Named = readonly [name: string, value: Tensor];

/** Throws unless both are tensors of one shape: TensorFlow.js would broadcast `[batch, 1]` against `[batch]` to `[batch, batch]`. */
export function expectSameShape(loss: string, a: Named, b: Named, advice: string): void {
  for (const [name, value] of [a, b] as readonly (readonly [string, unknown])[]) {
    if (!(value instanceof Tensor)) throw new GanzooError(SCOPE, `${loss} needs a tensor of ${name}, got ${show(value)}. ${advice}`);
  }
  if (a[1].shape.join() !== b[1].shape.join())
    throw new GanzooError(SCOPE, `${loss} compares ${a[0]} of shape ${showShape(a[1].shape)} with ${b[0]} of shape ${showShape(b[1].shape)}. ${advice}`);
}

/** Throws unless `loss` is one: what types catch, for those who write JavaScript. */
export function expectLoss(caller: string, loss: unknown): void {
  const got = lacking(loss, ['discriminator', 'generator']);
  if (got) throw new GanzooError(SCOPE, `${caller} takes hinge() or another loss, called; got ${got}.`);
}
