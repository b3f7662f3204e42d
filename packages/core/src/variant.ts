import { expectInteger, expectKeys, GanzooError, showShape } from './errors.ts';
import { defineGan, ganSpecKeys, type GanSpec } from './gan.ts';
import type { Gan } from './game-types.ts';
import type { Discriminator, Features, Latents, Logits, Shape } from './types.ts';

/** What the discriminators of variants return, unless they say otherwise. */
type Own = Logits & Features;

/** What every variant takes besides its own options. A `loss` must suit the discriminator: its own or the variant's. */
export interface VariantOptions<O = Own> extends Partial<Omit<GanSpec<O, Latents>, 'name' | 'sampleShape' | 'discriminator'>> {
  /** `[height, width, channels]`, or whatever else the variant says it takes. */
  readonly sampleShape: Shape;
  /** Length of a latent vector. The variant's default unless told. */
  readonly latentDim?: number;
  /** Replaces the variant's own. */
  readonly discriminator?: Discriminator<O>;
}

/** What a variant's `build` gets: its own options filled with their defaults. */
export type VariantSettings<E> = E & {
  /** As its user gave it. */
  readonly sampleShape: Shape;
  /** Length of a latent vector. */
  readonly latentDim: number;
};

/** What {@link defineVariant} makes a variant of. */
export interface VariantDefinition<E, O = Own> {
  /** What its GANs and its errors are called, and commands find it by. */
  readonly name: string;
  /** Every option of its own with its default; `latentDim` is one of them. */
  readonly defaults: E & {
    /** Length of a latent vector. */
    readonly latentDim: number;
  };
  /** Throws, naming what to use instead, for a sample shape it is not made for. */
  readonly build: (settings: VariantSettings<E>) => Omit<GanSpec<O, Latents>, 'name' | 'sampleShape'>;
}

const shared = ['sampleShape', 'latentDim', ...ganSpecKeys.filter((key) => key !== 'name')];

/** A published GAN: a function of options to a game, in which its user may replace any piece. */
export interface Variant<E extends object = object, D = Own> {
  <O = D>(options: VariantOptions<O> & Partial<E>): Gan;
  /** What its GANs are called, and commands find it by. */
  readonly variantName: string;
  /** Its own options, beside those that every variant takes. */
  readonly defaults: E & {
    /** Length of a latent vector. */
    readonly latentDim: number;
  };
}

/** Makes a variant of its name, its options with their defaults, and what they build. */
export function defineVariant<E extends object = object, D = Own>({ name, defaults, build }: VariantDefinition<E, D>): Variant<E, D> {
  const make = <O = D>(options: VariantOptions<O> & Partial<E>): Gan => {
    const scope = name;
    if (typeof options !== 'object' || options === null)
      throw new GanzooError(scope, `expected options such as { sampleShape: [28, 28, 1] }, got ${String(options)}.`);
    expectKeys(scope, options, [...new Set([...shared, ...Object.keys(defaults)])]);
    const { sampleShape } = options;
    if (!Array.isArray(sampleShape) || sampleShape.length === 0)
      throw new GanzooError(scope, `sampleShape must be a shape such as [28, 28, 1] or [2], got ${String(sampleShape)}.`);
    sampleShape.forEach((size, axis) => expectInteger(scope, `sampleShape[${axis}] of ${showShape(sampleShape as number[])}`, size, 1));
    if (options.generator && options.latentDim !== undefined) {
      throw new GanzooError(
        scope,
        'latentDim is of the generator made here, but generator replaces that. Give latentDim to generator({ network, latentDim }).',
      );
    }
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const settings = { ...defaults, ...given } as VariantSettings<E>;
    const replaced = Object.fromEntries(Object.entries(given).filter(([key]) => (ganSpecKeys as readonly string[]).includes(key)));
    const built = build(settings);
    const optimizers = { ...built.optimizers, ...options.optimizers };
    return defineGan({ ...built, ...replaced, optimizers, name, sampleShape } as GanSpec<D, Latents>);
  };
  return Object.assign(make, { variantName: name, defaults });
}
