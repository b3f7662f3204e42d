import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { GanzooError, type SavedGenerator } from '@ganzoo/core';
import { film, grid, savePng, scatter, useBackend, type Picture } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { openGenerator } from '../generators.ts';
import { interruptible } from '../interrupt.ts';
import { integer } from '../words.ts';

interface Words {
  readonly count: number;
  readonly out: string;
  readonly seed: number;
  readonly columns?: number;
  readonly truncation?: string;
  readonly stops: number;
  readonly frames: number;
  readonly best?: true;
  readonly backend: string;
  readonly json?: true;
}

export function sampleCommand(program: Command, end: (code: number) => void): void {
  program
    .command('sample')
    .description('draw what a trained generator makes: a grid, a folder of images, or a film between latents')
    .argument('<run>', 'a run directory, a folder with model.json, that file, or the name of a trained generator: mnist-dcgan')
    .option('--count <count>', 'samples', integer(1), 64)
    .option('--out <file|folder>', 'a .png for a grid, a .webp or .gif for a film, anything else for a folder of images', 'samples.png')
    .option('--seed <number>', 'which latents', integer(0), 0)
    .option('--columns <count>', 'of the grid', integer(1))
    .option('--truncation <size>', 'redraw latents that are larger: odd samples become fewer, and so does variety')
    .option('--stops <count>', 'of a film: latents that it passes', integer(2), 8)
    .option('--frames <count>', 'of a film: pictures from one stop to the next', integer(1), 12)
    .option('--best', 'the generator of the best checkpoint, not of the newest')
    .option('--backend <name>', 'auto, tensorflow, webgpu, wasm or cpu', 'auto')
    .option('--json', 'say what was written as a line of JSON')
    .action(async (run: string, words: Words) => end(await sample(run, words)));
}

async function sample(run: string, words: Words): Promise<number> {
  const { count, out, seed, columns, json } = words;
  const truncation = words.truncation === undefined ? undefined : Number(words.truncation);
  const options = { seed, ...(truncation !== undefined && { truncation }) };
  const signal = interruptible('Stopping.');
  await useBackend(words.backend as 'auto');
  const generator = await openGenerator(run, { best: words.best ?? false });
  let written: { readonly out: string; readonly count: number; readonly kind: string };
  if (['.webp', '.gif'].includes(extname(out))) written = { out, count: await interpolate(generator, words, options, signal), kind: 'frames' };
  else if (extname(out) === '.png') {
    const samples = generator.sample(count, options);
    await savePng(out, await draw(samples, columns));
    samples.dispose();
    written = { out, count, kind: 'samples' };
  } else written = { out, count: await separate(generator, words, options, signal), kind: 'images' };
  generator.dispose();
  if (signal.aborted) return exitCodes.interrupted;
  console.log(json ? JSON.stringify(written) : `${written.out}: ${written.count} ${written.kind}`);
  return exitCodes.done;
}

async function draw(samples: tf.Tensor, columns?: number): Promise<Picture> {
  return samples.rank === 4 ? grid(samples, columns === undefined ? {} : { columns }) : scatter(samples);
}

type LatentOptions = Parameters<SavedGenerator['latents']>[1];

/** One file an image. */
async function separate(generator: SavedGenerator, { count, out }: Words, options: LatentOptions, signal: AbortSignal): Promise<number> {
  if (generator.sampleShape.length !== 3)
    throw new GanzooError('command', `samples of shape [${generator.sampleShape.join(', ')}] are no images: draw them into one .png.`);
  const digits = Math.max(5, String(count - 1).length);
  const latents = generator.latents(count, options);
  let done = 0;
  for (; done < count && !signal.aborted; done += 64) {
    const samples = tf.tidy(() => generator.generate(tf.slice(latents, done, Math.min(64, count - done))));
    const images = tf.split(samples, samples.shape[0], 0);
    await Promise.all(images.map(async (image, i) => savePng(join(out, `${String(done + i).padStart(digits, '0')}.png`), await grid(image, { gap: 0 }))));
    tf.dispose([samples, images]);
  }
  latents.dispose();
  return Math.min(done, count);
}

/** From latent to latent and back to the first, along great circles: straight lines would pass through unlikely ones (White 2016). */
async function interpolate(
  generator: SavedGenerator,
  { stops, frames, out, count, columns }: Words,
  options: LatentOptions,
  signal: AbortSignal,
): Promise<number> {
  const rows = count;
  const latents = generator.latents(rows * stops, options);
  const at = (stop: number): tf.Tensor2D => tf.slice(latents, (stop % stops) * rows, rows);
  const folder = await mkdtemp(join(tmpdir(), 'ganzoo-film-'));
  try {
    let frame = 0;
    for (let stop = 0; stop < stops; stop++) {
      for (let part = 0; part < frames; part++, frame++) {
        signal.throwIfAborted();
        const samples = tf.tidy(() => generator.generate(between(at(stop), at(stop + 1), part / frames)));
        await savePng(join(folder, `step-${String(frame).padStart(6, '0')}.png`), await draw(samples, columns));
        samples.dispose();
      }
    }
    latents.dispose();
    return (await film({ dir: folder, out, fps: 15, hold: 0, maxFrames: frame })).frames;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Spherical interpolation (Shoemake 1985), row by row. */
function between(a: tf.Tensor2D, b: tf.Tensor2D, share: number): tf.Tensor2D {
  const [lengthA, lengthB] = [tf.norm(a, 2, 1, true), tf.norm(b, 2, 1, true)];
  const cosine = tf.clipByValue(tf.sum(tf.mul(tf.div(a, lengthA), tf.div(b, lengthB)), 1, true), -0.9999, 0.9999);
  const angle = tf.acos(cosine);
  const [from, to] = [tf.sin(tf.mul(angle, 1 - share)), tf.sin(tf.mul(angle, share))];
  return tf.div<tf.Tensor2D>(tf.add(tf.mul(a, from), tf.mul(b, to)), tf.sin(angle));
}
