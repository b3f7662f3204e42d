import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import { vanillaGan } from '@ganzoo/vanilla';
import { describe, it } from 'vitest';

describe.each([[[2]], [[8, 8, 1]], [[7, 9, 3]]])('vanillaGan conforms for samples of %j', (sampleShape) => {
  it.each(variantSuite({ make: vanillaGan, options: { sampleShape, latentDim: 8 } }))('$name', ({ run }) => run());
});

// Half a million weights: too slow on cpu.
describe('vanillaGan conforms when it is deep', () => {
  const suite = variantSuite({ make: vanillaGan, options: { sampleShape: [2], latentDim: 8, depth: 'deep' }, backends: ['wasm'] });
  it.each(suite)('$name', ({ run }) => run());
});
