import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import { wgan, wganGp } from '@ganzoo/wgan-gp';
import { describe, it } from 'vitest';

const point = { sampleShape: [2], latentDim: 8, criticSteps: 2 } as const;
const image = { sampleShape: [8, 8, 1], latentDim: 8, criticSteps: 1, ema: false } as const;
const odd = { ...image, sampleShape: [7, 9, 3] } as const;

describe.each([point, image, odd])('wganGp conforms with %j', (options) => {
  it.each(variantSuite({ make: wganGp, options }))('$name', ({ run }) => run());
});

describe.each([point, odd])('wgan conforms with %j', (options) => {
  it.each(variantSuite({ make: wgan, options }))('$name', ({ run }) => run());
});
