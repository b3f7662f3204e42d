import type { SavedGenerator } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { directionCount, type Spot } from '../sample.ts';
import { findDirections, type Direction } from './directions.ts';
import { between, moved } from './latents.ts';

/** Latents kept, so that a walk and a slider draw none anew. */
const mostLatents = 64;

/** Latents around which the directions are those of most change. */
const places = 8;

/** Draws what is at a place of a generator's latent space. */
export class Artist {
  readonly directions: readonly Direction[];
  readonly #generator: SavedGenerator;
  readonly #latents = new Map<string, Float32Array>();

  private constructor(generator: SavedGenerator, directions: readonly Direction[]) {
    this.#generator = generator;
    this.directions = directions;
  }

  static async of(generator: SavedGenerator): Promise<Artist> {
    const latents = generator.latents(places, { seed: 0 });
    try {
      return new Artist(generator, await findDirections(generator.generate, latents, directionCount));
    } finally {
      latents.dispose();
    }
  }

  /** One picture of each spot, behind each other, a byte a pixel. */
  async draw(spots: readonly Spot[]): Promise<Uint8Array> {
    const latents: Float64Array[] = [];
    for (const { seed, toward, at, truncation, shifts } of spots) {
      const from = await this.#latent(seed, truncation);
      const base = at === 0 ? from : between(from, await this.#latent(toward, truncation), at);
      latents.push(moved(base, this.directions, shifts));
    }
    const drawn = tf.tidy(() => {
      const images = this.#generator.generate(tf.tensor2d(latents.map((latent) => Array.from(latent))));
      return tf.cast(tf.round(tf.mul(tf.add(images, 1), 127.5)), 'int32');
    });
    try {
      return Uint8Array.from(await drawn.data());
    } finally {
      drawn.dispose();
    }
  }

  async #latent(seed: number, truncation: number | null): Promise<Float32Array> {
    const key = `${seed} ${truncation}`;
    const known = this.#latents.get(key);
    if (known) return known;
    const tensor = this.#generator.latents(1, truncation === null ? { seed } : { seed, truncation });
    const values = new Float32Array(await tensor.data());
    tensor.dispose();
    if (this.#latents.size >= mostLatents) this.#latents.clear();
    this.#latents.set(key, values);
    return values;
  }
}
