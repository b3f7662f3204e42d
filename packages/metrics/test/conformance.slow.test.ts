import '@ganzoo/wasm';
import { extractorSuite } from '@ganzoo/metrics/testing';
import { describe, it } from 'vitest';
import { inceptionExtractor } from '../src/inception/extractor.ts';
import { makeFidInception } from '../src/inception/fid-inception.ts';
import { foldWeights } from '../src/inception/fold.ts';
import { hashWeights } from './inception/hash-weights.ts';

const weights = foldWeights(hashWeights(), 'the hash');

describe('the extractor fidInception conforms', () => {
  // The cpu backend takes half a minute an image.
  const make = () => inceptionExtractor(makeFidInception(weights, 'legacy-tensorflow'));
  it.each(extractorSuite({ make, imageShape: [32, 32, 3], backends: ['wasm'] }))('$name', ({ run }) => run());
});
