import * as tf from '@tensorflow/tfjs';
import { expectKeys } from '../errors.ts';
import { rng } from '../random.ts';
import type { Features, Latents, Logits, Loss, Parts } from '../types.ts';
import { failure, onEachBackend, SCOPE, type Check, type SuiteOptions } from './check.ts';
import { expectDescribed, expectForm, expectNoLeak, expectValues, valuesOf } from './expect.ts';
import {
  contextOf,
  extremeInputs,
  logitsAndFeatures,
  partsOf,
  players,
  randomInputs,
  twice,
  type CriticOutput,
  type Inputs,
  type PlayerName,
} from './loss-table.ts';
import { steepest } from './reach.ts';

export type { CriticOutput } from './loss-table.ts';

/** The loss that {@link lossSuite} checks. */
export interface LossSuiteOptions<O> extends SuiteOptions {
  /** Makes the loss, anew for each check. */
  readonly make: () => Loss<O, Latents>;
  /**
   * Makes what the discriminator returns of random values `[batch, k]`, differentiably. Unless told it returns
   * `{ logits, features }`.
   */
  readonly critic?: CriticOutput<O>;
}

/** What a loss must do: be a mean over its batch of finite numbers, and reach whom it is to train. */
export function lossSuite(options: LossSuiteOptions<Logits & Features>): readonly Check[];
export function lossSuite<O>(options: LossSuiteOptions<O> & { readonly critic: CriticOutput<O> }): readonly Check[];
export function lossSuite<O>(options: LossSuiteOptions<O>): readonly Check[] {
  expectKeys(SCOPE, options, ['make', 'critic', 'backends']);
  const { make, critic = logitsAndFeatures as unknown as CriticOutput<O> } = options;
  const parts = (loss: Loss<O, Latents>, player: PlayerName, inputs: Inputs, seed = 3): Parts => partsOf(loss, critic, player, inputs, rng(seed));

  return onEachBackend(options, {
    'its parts are named finite scalars': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        const named: string[] = [];
        for (const player of players) named.push(...(await expectFiniteParts(loss, player, () => parts(loss, player, inputs))));
        if (named.length === 0)
          throw failure(`${loss.name} to give parts to a player`, 'none for either', 'Return named scalars, such as { real: tf.mean(...) }.');
      }),

    'its parts are means over the batch': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        const doubled = twice(inputs);
        try {
          for (const player of players) {
            const [once, again, others] = [
              await read(() => parts(loss, player, inputs)),
              await read(() => parts(loss, player, doubled)),
              await read(() => parts(loss, player, inputs, 4)),
            ];
            for (const [name, value] of Object.entries(once)) {
              const [second, drawn] = [again[name] ?? Number.NaN, others[name]];
              // A part that draws at random has no one value.
              if (!Object.is(value, drawn) || near(value, second)) continue;
              const got = `${value} for a batch and ${second} for the same one twice over`;
              throw failure(`part '${name}' of the ${player}'s loss to be the same at every batch size`, got, 'Reduce it by tf.mean, not tf.sum.');
            }
          }
        } finally {
          tf.dispose({ ...doubled });
        }
      }),

    'its parts have a gradient by what they are to move': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        for (const player of players) {
          // The discriminator moves its outputs; the generator its samples, and thereby what is made of them.
          const by = player === 'generator' ? [inputs.fake, inputs.fakeSamples] : [inputs.real, inputs.fake];
          const moved = player === 'generator' ? 'the fake side' : "the discriminator's outputs";
          const names = tf.tidy(() => Object.keys(parts(loss, player, inputs)));
          for (const name of names) {
            if ((await steepest(() => tf.mean(parts(loss, player, inputs)[name] as tf.Tensor), by)) !== undefined) continue;
            const cure = 'Compute it by TensorFlow.js ops from first to last: a value that was read (dataSync, arraySync) has no gradient.';
            throw failure(`part '${name}' of the ${player}'s loss to depend on ${moved}`, 'no gradient', cure);
          }
          if (names.length === 0) continue;
          const slope = await steepest(() => tf.addN(Object.values(parts(loss, player, inputs)).map((part) => tf.mean(part))), by);
          if (slope === 0) throw failure(`the ${player}'s loss to have a gradient by ${moved}`, '0 everywhere', 'Look for tf.sign, tf.round or a comparison.');
        }
      }),

    'its generator looks at the real side only when it says so': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        if (loss.generatorSeesReal) return;
        const { generator } = loss;
        try {
          tf.tidy(() => {
            const { real: _, ...fakeSide } = contextOf(critic, inputs, loss.state?.initial() ?? {}, rng(3));
            generator(fakeSide);
          });
        } catch (error) {
          const cure = 'Say generatorSeesReal: true, and the generator is given the real side too.';
          throw failure("the generator's loss to do without the real side, which it does not ask for", String(error), cure);
        }
      }),

    'its parts and their gradients are finite at logits of 1,000': () =>
      withInputs(extremeInputs(1000), async (inputs) => {
        const loss = make();
        for (const player of players) {
          const names = await expectFiniteParts(loss, player, () => meansOf(parts(loss, player, inputs)), ' at logits of 1,000');
          for (const name of names) {
            const slope = await steepest(() => meansOf(parts(loss, player, inputs))[name] as tf.Tensor, [inputs.real, inputs.fake]);
            if (Number.isFinite(slope ?? 0)) continue;
            const cure = 'Write it for logits: tf.softplus(x), not tf.log(tf.sigmoid(x)).';
            throw failure(`part '${name}' of the ${player}'s loss to have a finite gradient at logits of 1,000`, String(slope), cure);
          }
        }
      }),

    'it leaves no tensor behind': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        for (const player of players) {
          await expectNoLeak(`the ${player}'s loss`, () => tf.tidy(() => void parts(loss, player, inputs)));
          await expectNoLeak(`the gradient of the ${player}'s loss`, async () => {
            await steepest(() => tf.addN([tf.scalar(0), ...Object.values(meansOf(parts(loss, player, inputs)))]), [inputs.real, inputs.fake]);
          });
        }
      }),

    'it disposes none of its inputs': () =>
      withInputs(randomInputs(), async (inputs) => {
        const loss = make();
        for (const player of players) {
          tf.tidy(() => {
            const context = contextOf(critic, inputs, loss.state?.initial() ?? {}, rng(3));
            (loss[player] as (given: typeof context) => Parts)(context);
            const disposed = disposedIn(context, 'context');
            if (disposed)
              throw failure(
                `the ${player}'s loss to leave its inputs alone`,
                `a disposed ${disposed}`,
                'Dispose only what you made; here the trainer does that too.',
              );
          });
        }
      }),

    'its name and configuration are plain JSON': async () => expectDescribed('the loss', make()),
  });
}

async function withInputs(inputs: Inputs, work: (inputs: Inputs) => Promise<void>): Promise<void> {
  try {
    await work(inputs);
  } finally {
    tf.dispose({ ...inputs });
  }
}

/** Answers the names of the parts. */
async function expectFiniteParts<O>(loss: Loss<O, Latents>, player: PlayerName, make: () => Parts, where = ''): Promise<string[]> {
  // Copies: a part may be the loss's own.
  const parts = tf.tidy(() => Object.fromEntries(Object.entries(make()).map(([name, part]) => [name, part instanceof tf.Tensor ? tf.clone(part) : part])));
  try {
    for (const [name, part] of Object.entries(parts)) {
      const what = `part '${name}' of the ${player}'s loss ${loss.name}${where}`;
      expectForm(what, part, { shape: [] });
      await expectValues(what, part);
    }
    return Object.keys(parts);
  } finally {
    tf.dispose(parts);
  }
}

/** Scalars for what should be scalars: each check is to fail for what it checks alone. */
function meansOf(parts: Parts): Parts {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, tf.mean(part)]));
}

async function read(make: () => Parts): Promise<Record<string, number>> {
  const parts = tf.tidy(() => ({ ...meansOf(make()) }));
  const values: Record<string, number> = {};
  for (const [name, part] of Object.entries(parts)) values[name] = (await valuesOf(part))[0] as number;
  tf.dispose(parts);
  return values;
}

function near(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a));
}

/** The place of a disposed tensor in a tree of them. */
function disposedIn(value: unknown, path: string): string | undefined {
  if (value instanceof tf.Tensor) return value.isDisposed ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const found = disposedIn(item, `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}
