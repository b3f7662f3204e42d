import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import { lsgan } from '@ganzoo/lsgan';
import { describe, it } from 'vitest';

describe.each([{ sampleShape: [2] }, { sampleShape: [8, 8, 1] }, { sampleShape: [7, 9, 3], ema: false } as const])('lsgan conforms with %j', (options) => {
  it.each(variantSuite({ make: lsgan, options: { latentDim: 8, ...options } }))('$name', ({ run }) => run());
});
