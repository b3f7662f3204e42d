import type { Dataset } from '@ganzoo/core';
import {
  densityCoverage,
  extractFeatures,
  featureLogits,
  frechetDistance,
  inceptionScore,
  kernelDistance,
  precisionRecall,
  type Classifier,
  type FlatPoints,
  type WorkOptions,
} from '@ganzoo/metrics';

export interface Comparison {
  readonly real: Dataset;
  readonly generated: Dataset;
  readonly judge: Classifier;
  readonly isInception: boolean;
  /** Of either side. */
  readonly samples: number;
  /** How a piece of work is watched. */
  readonly work: (label: string) => WorkOptions;
}

/** A table: a row for each metric, with the generated images and, next to them, one half of the real ones against the other. */
export async function compare({ real, generated, judge, isInception, samples, work }: Comparison): Promise<string[][]> {
  // One look at the images serves all metrics.
  const options = { extractor: judge, samples };
  const reals = await extractFeatures({ images: real, ...options, ...work('features of the real images') });
  const fakes = await extractFeatures({ images: generated, ...options, ...work('features of the generated images') });
  const score = await inceptionScore(await featureLogits(fakes, judge));

  // A subset of all images would be the same one a hundred times, with no spread. A quarter is half of a half.
  const subsetSize = Math.min(1000, Math.floor(samples / 4));
  const comparing = work('comparing');
  const rows = async (a: FlatPoints, b: FlatPoints, from: number): Promise<string[]> => {
    const distance = await frechetDistance(a, b, stage(comparing, from));
    const { mean, std } = await kernelDistance(a, b, { subsetSize, ...stage(comparing, from + 1) });
    const { precision, recall } = await precisionRecall(a, b, { k: 3, ...stage(comparing, from + 2) });
    const { density, coverage } = await densityCoverage(a, b, { k: 5, ...stage(comparing, from + 3) });
    const shares = [precision, recall, density, coverage].map((share) => share.toFixed(3));
    return [short(distance), `${short(mean)} ± ${short(std)}`, ...shares];
  };
  // They come in random order, so that any half is a fair one.
  const ofGenerated = await rows(reals, fakes, 0);
  const ofReal = await rows(...halves(reals), 4);
  const names = [
    isInception ? 'FID' : 'Fréchet classifier distance',
    `${isInception ? 'KID' : 'kernel distance'} (100 subsets of ${subsetSize})`,
    'precision (k = 3)',
    'recall (k = 3)',
    'density (k = 5)',
    'coverage (k = 5)',
  ];
  return [
    ['', 'generated', 'floor'],
    ...names.map((name, row) => [name, ofGenerated[row] as string, ofReal[row] as string]),
    [`${isInception ? 'Inception' : 'classifier'} score (10 parts)`, `${score.mean.toFixed(3)} ± ${score.std.toFixed(3)}`, '-'],
  ];
}

function halves({ values, dimensions }: FlatPoints): [FlatPoints, FlatPoints] {
  const half = Math.floor(values.length / dimensions / 2) * dimensions;
  return [
    { values: values.subarray(0, half), dimensions },
    { values: values.subarray(half, 2 * half), dimensions },
  ];
}

/** One of eight stages of a piece of work. */
function stage({ signal, onProgress }: WorkOptions, index: number): WorkOptions {
  return { signal, onProgress: (part) => onProgress?.((index + part) / 8) };
}

/** Four significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
