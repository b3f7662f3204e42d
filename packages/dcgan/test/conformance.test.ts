import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import { dcgan } from '@ganzoo/dcgan';
import { describe, it } from 'vitest';

describe.each([{ sampleShape: [8, 8, 1] }, { sampleShape: [7, 9, 3], widths: [6, 4], kernel: 3, upSampling: 'nearest', ema: false } as const])(
  'dcgan conforms with %j',
  (options) => {
    it.each(variantSuite({ make: dcgan, options: { latentDim: 8, ...options } }))('$name', ({ run }) => run());
  },
);
