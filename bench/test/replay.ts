import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memory, rng, Trainer, type Dataset, type Gan, type Store } from '@ganzoo/core';
import type * as tf from '@tensorflow/tfjs';

/** How far PyTorch is from what was played here. */
export interface Replay {
  /** Of each weight tensor, how far its values have ended from each other (median), as a share of how far they moved (root mean square). */
  readonly apart: Readonly<Record<string, number>>;
  /** Mean difference of the pixels in [-1, 1] of the samples drawn in the end. */
  readonly images: number;
  /** Of each player in the last round, all terms together: there, and here. */
  readonly losses: Readonly<Record<'generator' | 'discriminator', readonly [number, number]>>;
}

const seed = 1;
const sampleSeed = 5;
const samples = 64;

/** Plays rounds of a GAN on the active backend, and the same in PyTorch from the same weights, batches and latents. */
export async function replay(gan: Gan, data: Dataset, { rounds, batchSize, python }: { rounds: number; batchSize: number; python: string }): Promise<Replay> {
  const folder = mkdtempSync(join(tmpdir(), 'ganzoo-replay-'));
  const drawn: { readonly name: string; readonly tensor: tf.Tensor }[] = [];
  const draw = (name: string, tensor: tf.Tensor): number => drawn.push({ name, tensor });
  const trainer = new Trainer(gan, { seed });
  try {
    await keep(trainer, join(folder, 'start.safetensors'));
    const seen: Dataset = {
      ...data,
      async *batches(request) {
        for await (const one of data.batches(request)) {
          draw('batches', one.batch.samples.clone());
          yield one;
        }
      },
    };
    await trainer.fit(seen, { steps: rounds, batchSize });
    const last = await trainer.losses();
    draw('samples', trainer.sample(samples, { seed: sampleSeed }));
    await keep(trainer, join(folder, 'end.safetensors'));

    const { networks } = gan.config as { networks: { generator: { config: { latentDim: number } } } };
    const { latentDim } = networks.generator.config;
    // The streams of a run, by the names they have in it.
    const root = rng(seed);
    for (let round = 0; round < rounds; round++) {
      const [critic, maker] = ['discriminator', 'generator'].map((name) => root.fork(`player ${name}`).fork(round));
      for (const stream of [critic, maker]) draw('latents', stream!.fork('latents').normal([batchSize, latentDim]));
      draw('places', critic!.fork('gradientPenalty').uniform([batchSize, 1, 1, 1]));
    }
    for (let batch = 0; batch < 8; batch++) draw('latents', root.fork('calibration').fork(batch).fork('latents').normal([128, latentDim]));
    draw('latents', rng(sampleSeed).fork('samples').fork(0).normal([samples, latentDim]));

    writeFileSync(join(folder, 'config.json'), JSON.stringify(gan.config));
    writeFileSync(join(folder, 'drawn.json'), JSON.stringify(drawn.map(({ name, tensor }) => [name, tensor.shape])));
    writeFileSync(join(folder, 'drawn.f32'), Buffer.concat(drawn.map(({ tensor }) => Buffer.from(tensor.dataSync<'float32'>().slice().buffer))));
    const { status, stdout, stderr } = spawnSync(python, [fileURLToPath(new URL('../peers/replay.py', import.meta.url)), folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`replay.py ended with ${status}: ${stderr}`);
    const { apart, images, losses: theirs } = JSON.parse(stdout) as Omit<Replay, 'losses'> & { losses: Record<'generator' | 'discriminator', number> };
    const ours = (player: string): number =>
      Object.entries(last)
        .filter(([term]) => term.startsWith(`${player}/`) && term !== 'discriminator/accuracy')
        .reduce((sum, [, value]) => sum + value, 0);
    const both = (player: 'generator' | 'discriminator') => [theirs[player], ours(player)] as const;
    return { apart, images, losses: { generator: both('generator'), discriminator: both('discriminator') } };
  } finally {
    for (const { tensor } of drawn) tensor.dispose();
    trainer.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function keep(trainer: Trainer, path: string): Promise<void> {
  const store: Store = memory();
  await trainer.save(store);
  writeFileSync(path, (await store.read('checkpoint.safetensors')) as Uint8Array);
}
