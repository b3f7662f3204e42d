import { GanzooError, rng, type Dataset } from '@ganzoo/core';
import type { GaussianMixture } from '@ganzoo/datasets';
import {
  densityCoverage,
  extractFeatures,
  featureLogits,
  frechetDistance,
  inceptionScore,
  kernelDistance,
  mnistClassifier,
  modeCoverage,
  precisionRecall,
  slicedWasserstein,
  type Classifier,
  type FlatPoints,
  type ImageSource,
  type Points,
} from '@ganzoo/metrics';
import { fidInception } from '@ganzoo/metrics/node';
import * as tf from '@tensorflow/tfjs';
import { plain, unknownName } from './nearest.ts';

/** What somebody wants to know of samples. */
export interface JudgeOptions {
  /** By name; what suits the samples unless told. */
  readonly metrics?: readonly string[];
  /** The published Inception weights, a path or a URL: the extractor of FID. Otherwise digits are judged by `mnistClassifier()`. */
  readonly weights?: string;
  /** Of either side. */
  readonly samples: number;
  readonly signal?: AbortSignal | undefined;
}

/** Measures samples against real ones. */
export interface Judge {
  /** What tells the samples apart, for the reader. */
  readonly by: string;
  /** The number of the first metric by which samples are better or worse, and whether less of it is better. */
  readonly best: { readonly metric: string; readonly mode: 'min' | 'max' };
  /** Of all numbers that it gives. */
  readonly names: readonly string[];
  readonly measure: (generated: ImageSource, signal?: AbortSignal) => Promise<Record<string, number>>;
}

type Measured = Readonly<Record<string, number>>;

interface Sides {
  readonly real: FlatPoints;
  readonly fake: FlatPoints;
  readonly logits: () => Promise<FlatPoints>;
  readonly signal: AbortSignal | undefined;
}

interface ImageMetric {
  readonly aliases: readonly string[];
  /** The number by which samples are better or worse: by the Inception network as papers call it, otherwise as it is. */
  readonly best: (isInception: boolean) => Judge['best'];
  /** Numbers that come with it. */
  readonly besides?: readonly string[];
  readonly measure: (sides: Sides, name: string) => Promise<Measured>;
}

const ofImages: Readonly<Record<string, ImageMetric>> = {
  frechet: {
    aliases: ['fid'],
    best: (isInception) => ({ metric: isInception ? 'fid' : 'frechet', mode: 'min' }),
    measure: async ({ real, fake, signal }, name) => ({ [name]: await frechetDistance(real, fake, { signal }) }),
  },
  kernel: {
    aliases: ['kid'],
    best: (isInception) => ({ metric: isInception ? 'kid' : 'kernel', mode: 'min' }),
    measure: async ({ real, fake, signal }, name) => {
      const subsetSize = Math.min(1000, countOf(real), countOf(fake));
      return { [name]: (await kernelDistance(real, fake, { signal, subsetSize })).mean };
    },
  },
  score: {
    aliases: ['is', 'inception-score'],
    best: (isInception) => ({ metric: isInception ? 'is' : 'score', mode: 'max' }),
    measure: async ({ logits }, name) => ({ [name]: (await inceptionScore(await logits())).mean }),
  },
  'precision-recall': {
    aliases: ['precision', 'recall'],
    best: () => ({ metric: 'recall', mode: 'max' }),
    besides: ['precision'],
    measure: async ({ real, fake, signal }) => ({ ...(await precisionRecall(real, fake, { signal })) }),
  },
  'density-coverage': {
    aliases: ['density', 'coverage'],
    best: () => ({ metric: 'coverage', mode: 'max' }),
    besides: ['density'],
    measure: async ({ real, fake, signal }) => ({ ...(await densityCoverage(real, fake, { signal })) }),
  },
};
const ofPoints = ['modes', 'sliced-wasserstein'] as const;

export const metricNames = [...Object.keys(ofImages), ...ofPoints];

/** @throws GanzooError where nothing suits the samples, or a metric has no such name */
export async function judgeOf(real: Dataset, options: JudgeOptions): Promise<Judge> {
  const shape = real.sampleShape ?? [];
  if (shape.length === 1) return judgeOfPoints(real, options);
  if (shape.length === 3) return judgeOfImages(real, options);
  throw new GanzooError('command', `samples of shape [${shape.join(', ')}] are neither images nor points: there is no metric for them here.`);
}

async function judgeOfImages(images: Dataset, { metrics = ['frechet', 'score'], weights, samples: asked, signal }: JudgeOptions): Promise<Judge> {
  const isInception = weights !== undefined;
  const chosen = [...new Set(metrics.map((name) => imageMetric(name)))];
  const extractor = await extractorFor(images, weights);
  const samples = Math.min(asked, images.size ?? asked);
  const real = await extractFeatures({ images, extractor, samples, signal });
  return {
    by: extractor.name,
    best: (chosen[0] as ImageMetric).best(isInception),
    names: chosen.flatMap(({ besides = [], best }) => [...besides, best(isInception).metric]),
    async measure(generated, stop = signal) {
      const fake = await extractFeatures({ images: generated, extractor, samples, signal: stop });
      const logits = (): Promise<FlatPoints> => featureLogits(fake, extractor);
      const values: Record<string, number> = {};
      for (const { best, measure } of chosen) Object.assign(values, await measure({ real, fake, logits, signal: stop }, best(isInception).metric));
      return values;
    },
  };
}

async function judgeOfPoints(real: Dataset, { metrics, samples, signal }: JudgeOptions): Promise<Judge> {
  const mixture = 'centers' in real ? (real as GaussianMixture) : undefined;
  const possible = mixture ? ofPoints : (['sliced-wasserstein'] as const);
  const chosen = new Set(
    (metrics ?? possible).map((name) => {
      const match = possible.find((candidate) => plain(candidate) === plain(name));
      if (!match) throw unknownName(`metric of ${real.name}`, name, possible);
      return match;
    }),
  );
  const reference = await drawn(real, samples);
  return {
    by: 'the points themselves',
    best: { metric: 'slicedWasserstein', mode: 'min' },
    names: mixture && chosen.has('modes') ? ['modes', 'highQuality', 'reverseKl', 'slicedWasserstein'] : ['slicedWasserstein'],
    async measure(generated) {
      const points = await pointsFrom(generated, samples);
      const values: Record<string, number> = {};
      if (mixture && chosen.has('modes')) {
        const { modes, highQuality, reverseKl } = await modeCoverage(points, mixture);
        Object.assign(values, { modes, highQuality, reverseKl });
      }
      values['slicedWasserstein'] = await slicedWasserstein(reference, points, { signal });
      return values;
    },
  };
}

function imageMetric(name: string): ImageMetric {
  const match = Object.entries(ofImages).find(([candidate, { aliases }]) => [candidate, ...aliases].some((known) => plain(known) === plain(name)));
  if (!match) throw unknownName('metric of images', name, Object.keys(ofImages));
  return match[1];
}

async function extractorFor({ sampleShape, name }: Dataset, weights: string | undefined): Promise<Classifier> {
  if (weights !== undefined) return fidInception(weights);
  if (sampleShape?.join() === '28,28,1') return mnistClassifier();
  throw new GanzooError(
    'command',
    `images of ${name} need a network that judges them: give --weights with the published Inception weights (a file or its URL; README of @ganzoo/metrics). Digits of 28 x 28 can do without.`,
  );
}

async function drawn(real: Dataset, size: number, stream = 'judge'): Promise<FlatPoints> {
  for await (const { batch } of real.batches({ size, rng: rng(0).fork(stream) })) {
    const [, dimensions] = batch.samples.shape as [number, number];
    const values = (await batch.samples.data<'float32'>()).slice();
    tf.dispose([batch.samples, ...(batch.labels ? [batch.labels] : [])]);
    return { values, dimensions };
  }
  throw new GanzooError('command', `${real.name} is empty.`);
}

async function pointsFrom(generated: ImageSource, samples: number): Promise<Points> {
  if ('batches' in generated) return drawn(generated, samples, 'others');
  const made = (generated as { sample: (count: number, options: { seed: number }) => tf.Tensor }).sample(samples, { seed: 0 });
  const [, dimensions] = made.shape as [number, number];
  const values = (await made.data<'float32'>()).slice();
  made.dispose();
  return { values, dimensions };
}

function countOf({ values, dimensions }: FlatPoints): number {
  return values.length / dimensions;
}
