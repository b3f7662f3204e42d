import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { savedGenerator, type Dataset, type SavedGenerator } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { extractFeatures, featureLogits, frechetDistance, inceptionScore, mnistClassifier, precisionRecall, type ImageSource } from '@ganzoo/metrics';
import * as tf from '@tensorflow/tfjs';
import { encodeHalf } from '../../metrics/src/half.ts';
import type { Card, Scores } from '../src/card.ts';
import { artifactsOf, type StoredModel } from '../src/stored-model.ts';
import { writeReadme } from './readme.ts';
import type { Recipe } from './recipes.ts';

const src = join(import.meta.dirname, '../src');
const cardsFile = join(src, 'cards.ts');
const samples = 10_000;
/** Those there are, once they have been looked at: a module is read once. */
let cards: readonly Card[] | undefined;

/** Rounds a saved generator to float16, judges what is left of it, and writes both into the package. */
export async function writeModel(
  { name, batchSize }: Recipe,
  { step, seed, seconds, engine, variant }: { step: number; seed: number; seconds: number; engine: string; variant: string },
  folder: string,
): Promise<void> {
  const model = stored(folder);
  const generator = savedGenerator(await tf.loadLayersModel(tf.io.fromMemory(artifactsOf(model))));
  const parameters = model.specs.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const { latentDim, sampleShape } = generator;
  const { scores, scoresOfReal } = await judged(generator);
  generator.dispose();
  const known = { name, variant, dataset: 'mnist', latentDim, sampleShape, parameters, bytes: 2 * parameters };
  const card: Card = { ...known, realImages: step * batchSize, seed, seconds, engine, scores, scoresOfReal };
  const made = '/** Made by training/train.ts. */\n';
  const body = `import type { StoredModel } from '../stored-model.ts';\n\nexport const model: StoredModel = ${JSON.stringify(model)};\n`;
  writeFileSync(join(src, 'models', `${name}.ts`), made + body);
  cards ??= existsSync(cardsFile) ? ((await import(cardsFile)) as { cards: readonly Card[] }).cards : [];
  cards = [...cards.filter((other) => other.name !== name), card].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(
    cardsFile,
    `${made}import type { Card } from './card.ts';\n\n/** Every generator of this package. */\nexport const cards: readonly Card[] = ${JSON.stringify(cards, null, 2)};\n`,
  );
  writeReadme(cards);
  console.log(JSON.stringify(card));
}

/** Of a folder with `model.json`. */
function stored(folder: string): StoredModel {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: [{ paths: [string]; weights: tf.io.WeightsManifestEntry[] }];
  };
  const [{ paths, weights }] = weightsManifest;
  const bytes = readFileSync(join(folder, paths[0]));
  const halves = encodeHalf(new Float32Array(Uint8Array.from(bytes).buffer));
  const specs = weights.map(({ name, shape }) => ({ name, shape }));
  return { topology: modelTopology, specs, weights: Buffer.from(halves.buffer).toString('base64') };
}

async function judged(generator: SavedGenerator): Promise<{ scores: Scores; scoresOfReal: Scores }> {
  const judge = await mnistClassifier();
  const features = (images: ImageSource) => extractFeatures({ images, extractor: judge, samples });
  const real = await features(await mnist({ split: 'test' }));
  const scores = async (generated: ImageSource): Promise<Scores> => {
    const fake = await features(generated);
    const { precision, recall } = await precisionRecall(real, fake);
    const { mean } = await inceptionScore(await featureLogits(fake, judge));
    return { score: round(mean), distance: round(await frechetDistance(real, fake)), precision: round(precision), recall: round(recall) };
  };
  const train: Dataset = await mnist();
  return { scores: await scores({ sample: (count, { seed }) => generator.sample(count, { seed }) }), scoresOfReal: await scores(train) };
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
