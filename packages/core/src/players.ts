import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import type { GanSpec } from './gan.ts';
import { lazySide, once, Viewer } from './sides.ts';
import type { Objective, Player, Turn } from './game-types.ts';
import type { Batch, BothSides, Discriminator, Generator, OptimizerRecipe, Parts, Pass, Regularizer, Rng, Side } from './types.ts';

const SCOPE = 'core/gan';

type TwoNetworks<O, L> = { readonly generator: Generator<L>; readonly discriminator: Discriminator<O> };

/** Either player of a GAN: the generator's turn is the discriminator's with the other side of the loss. */
export function adversary<O, L>(
  name: 'generator' | 'discriminator',
  updates: number,
  batch: 'new' | 'same',
  { generator, discriminator, loss }: GanSpec<O, L>,
  allRegularizers: readonly Regularizer<O>[],
  optimizer: OptimizerRecipe,
): Player<Batch, TwoNetworks<O, L>> {
  const owns = name === 'discriminator';
  const regularizers = allRegularizers.filter((regularizer) => regularizer.player === name);
  const penalties = regularizers.filter((regularizer) => 'penalty' in regularizer);
  const constraints = regularizers.filter((regularizer) => 'constrain' in regularizer);

  const turn = (context: Turn<Batch, TwoNetworks<O, L>>): (() => Objective) => {
    const { batch: real, rng, update, state, networks } = context;
    const count = real.samples.shape[0] as number;
    const latents = generator.drawLatents(count, rng.fork('latents'), real.labels);
    const generate = (): Batch => {
      const { samples } = networks.generator.apply(latents, pass(!owns, rng.fork('generator')));
      return real.labels ? { samples, labels: real.labels } : { samples };
    };
    const view = new Viewer(discriminator, networks.discriminator, rng, update, owns);
    // The critic's update takes no gradient through the generator: its fakes are made before the tape starts.
    const made = owns ? generate() : undefined;
    return () => {
      const due = penalties.filter(({ interval }) => update % interval === 0);
      const fake = made ?? generate();
      const seenFake = view.prepare(fake, 'fake');
      const seenReal = once(() => view.prepare(real, 'real'));
      // The generator pays for the real side only when its loss looks at it.
      const out = owns ? view.applyBoth(seenFake, seenReal()) : { fake: view.apply(seenFake, 'fake') };
      const realOut = once((): O => ('real' in out ? out.real : view.apply(seenReal(), 'real')));
      const shared = { latents, state, update, rng };
      const context: BothSides<O, L> = { ...shared, fake: { ...fake, out: out.fake }, real: lazySide(real, realOut) };
      const { real: _, ...fakeSide } = context;
      const losses: Record<string, tf.Tensor> = {
        ...(owns ? loss.discriminator(context) : loss.generatorSeesReal ? loss.generator(context) : loss.generator(fakeSide)),
      };
      const wanted = new Set(due.flatMap(({ slopesOf }) => slopesOf ?? []));
      const slopes = due.length > 0 ? view.slopes(seenFake, seenReal(), wanted) : undefined;
      for (const { name: term, interval, penalty } of due) {
        const score = (samples: tf.Tensor): O => view.apply({ ...seenReal(), samples }, term, false);
        if (term in losses) throw new GanzooError(SCOPE, `the regularizer '${term}' has the name of a part of the loss '${loss.name}'. Give it another name.`);
        const sides = { fake: { ...seenFake, out: out.fake }, real: lazySide(seenReal(), realOut) };
        const value: unknown = penalty({ ...shared, ...sides, score, ...(slopes && { slopes }) });
        if (!(value instanceof tf.Tensor))
          throw new GanzooError(SCOPE, `the penalty of '${term}' is not a tensor but ${typeof value}. Return a scalar tensor, not its value.`);
        losses[term] = tf.mul(value, interval);
      }
      return owns ? { losses, metrics: accuracy(context, loss.boundary) } : { losses };
    };
  };
  return {
    name,
    config: { updates },
    moves: [name],
    updates,
    batch,
    optimizer,
    turn,
    ...(constraints.length > 0 && { constrain: (variables) => constraints.forEach((c) => c.constrain(variables)) }),
  };
}

function pass(owner: boolean, rng: Rng): Pass {
  return { training: true, updateState: owner, rng };
}

/** The share of samples the discriminator puts on the right side of the boundary, where the loss has one and it returns logits. */
function accuracy({ real, fake }: { real: Side<unknown>; fake: Side<unknown> }, boundary: number | undefined): Parts {
  const [realLogits, fakeLogits] = [real, fake].map((side) => (side.out as { logits?: tf.Tensor }).logits);
  if (!realLogits || !fakeLogits || boundary === undefined) return {};
  return {
    accuracy: tf.tidy(() => {
      const shares = [tf.greater(realLogits, boundary), tf.less(fakeLogits, boundary)].map((right) => tf.mean(tf.cast(right, 'float32')));
      return tf.mul(tf.addN(shares), 0.5);
    }),
  };
}
