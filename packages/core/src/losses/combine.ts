import { GanzooError } from '../errors.ts';
import type { BothSides, GameState, Loss, Parts } from '../types.ts';
import { expectLoss, SCOPE } from './check.ts';

/** Any loss, whatever it looks at. */
type AnyLoss = Loss<never, never>;

// Each loss is turned into a function of what it looks at before they are united: a union with `unknown` is `unknown`, which
// would forget what the other losses ask for. A function that takes the place of all of them takes the intersection.
type Takes<T> = T extends { readonly discriminator: (context: BothSides<infer O, infer L>) => Parts } ? (output: O, latents: L) => void : never;

/** What a discriminator must return for all of these losses. */
export type CombinedOutput<T extends readonly AnyLoss[]> = Takes<T[number]> extends (output: infer O, latents: never) => void ? O : never;

/** What latents must hold for all of these losses. */
export type CombinedLatents<T extends readonly AnyLoss[]> = Takes<T[number]> extends (output: never, latents: infer L) => void ? L : never;

/**
 * The sum of losses: a loss with the parts of all of them, for a discriminator that returns what any of them looks at.
 *
 * A part keeps its name unless another loss has one of that name for the same player; then each is called `loss.part`. State
 * is kept apart, as `loss.key`. Losses of one name are refused: rename one, as in `{ ...hinge(), name: 'other' }`.
 */
export function combine<T extends readonly AnyLoss[]>(...losses: T): Loss<CombinedOutput<T>, CombinedLatents<T>> {
  if (losses.length === 0) throw new GanzooError(SCOPE, 'combine takes at least one loss, such as combine(wasserstein(), weighted(0.1, featureMatching())).');
  for (const loss of losses) expectLoss('combine', loss);
  expectApart(losses.map(({ name }) => name));
  const state = combinedState(losses);
  // Two that draw the line in different places draw none together.
  const boundaries = [...new Set(losses.flatMap(({ boundary }) => boundary ?? []))];
  const play =
    (player: 'discriminator' | 'generator') =>
    (context: BothSides<unknown, unknown>): Parts =>
      merge(losses.map((loss) => [loss.name, loss[player]({ ...context, state: own(loss, context.state) } as BothSides<never, never>)]));
  return {
    name: 'combine',
    config: losses.map(({ name, config }) => ({ name, config })),
    discriminator: play('discriminator'),
    generator: play('generator'),
    ...(losses.some(({ generatorSeesReal }) => generatorSeesReal) && { generatorSeesReal: true }),
    ...(state && { state }),
    ...(boundaries.length === 1 && { boundary: boundaries[0] }),
  } as Loss<CombinedOutput<T>, CombinedLatents<T>>;
}

/** Throws when the names of two losses, as prefixes, would not tell apart what is theirs. */
function expectApart(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const other = names.find((other, at) => at !== index && `${other}.`.startsWith(`${name}.`));
    if (other !== undefined)
      throw new GanzooError(
        SCOPE,
        `combine cannot tell a loss named '${name}' from one named '${other}', in the log and in a checkpoint. Rename one: { ...loss, name: 'other' }.`,
      );
  }
}

/** All parts, with the name of their loss before those of which there are two. */
function merge(all: readonly (readonly [loss: string, parts: Parts])[]): Parts {
  const names = all.flatMap(([, parts]) => Object.keys(parts));
  const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const merged: Record<string, Parts[string]> = {};
  for (const [loss, parts] of all) {
    for (const [part, value] of Object.entries(parts)) {
      const name = shared.has(part) ? prefixed(loss, part) : part;
      if (Object.hasOwn(merged, name))
        throw new GanzooError(SCOPE, `combine got two parts named '${name}'. Rename the loss '${loss}': { ...loss, name: 'other' }.`);
      merged[name] = value;
    }
  }
  return merged;
}

function combinedState(losses: readonly AnyLoss[]): GameState | undefined {
  const keepers = losses.flatMap((loss) => (loss.state ? [{ loss, state: loss.state }] : []));
  if (keepers.length === 0) return undefined;
  const gather = (of: (keeper: (typeof keepers)[number]) => Parts): Parts =>
    Object.fromEntries(keepers.flatMap((keeper) => Object.entries(of(keeper)).map(([key, value]) => [prefixed(keeper.loss.name, key), value])));
  return {
    initial: () => gather(({ state }) => state.initial()),
    next: (parts, all) => gather(({ loss, state }) => state.next(withOwnNames(loss, parts), own(loss, all))),
  };
}

/** The state of one loss of a combination. */
function own({ name }: AnyLoss, state: Parts): Parts {
  const prefix = prefixed(name, '');
  const entries = Object.entries(state).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Parts by `player/part`, those of one loss as it named them. */
function withOwnNames({ name }: AnyLoss, parts: Parts): Parts {
  const prefix = prefixed(name, '');
  return Object.fromEntries(
    Object.entries(parts).map(([key, value]) => {
      const start = key.indexOf('/') + 1;
      return [key.startsWith(prefix, start) ? key.slice(0, start) + key.slice(start + prefix.length) : key, value];
    }),
  );
}

function prefixed(loss: string, name: string): string {
  return `${loss}.${name}`;
}
