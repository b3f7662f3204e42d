import type { Loss, Regularizer, Variant } from '../settings/choices.ts';
import type { Settings } from '../settings/settings.ts';
import { toyOptions } from './data.ts';

const packages: Readonly<Record<Variant, string>> = { vanillaGan: 'vanilla', lsgan: 'lsgan', wganGp: 'wgan-gp', wgan: 'wgan-gp' };
/** What a variant plays when nothing is said. */
const ownLoss: Readonly<Record<Variant, Loss>> = { vanillaGan: 'nonSaturating', lsgan: 'leastSquares', wganGp: 'wasserstein', wgan: 'wasserstein' };
const optimizers: Readonly<Record<Variant, (rate: number) => string>> = {
  vanillaGan: (rate) => `adam({ learningRate: ${rate} })`,
  lsgan: (rate) => `adam({ learningRate: ${rate} })`,
  wganGp: (rate) => `adam({ learningRate: ${rate}, beta1: 0, beta2: 0.9 })`,
  wgan: (rate) => `rmsProp({ learningRate: ${rate} })`,
};
const regularizers: Readonly<Record<Regularizer, (weight: number) => string[]>> = {
  none: () => [],
  gradientPenalty: (weight) => [`gradientPenalty({ weight: ${weight} })`],
  r1: (weight) => [`r1({ weight: ${weight} })`],
  r2: (weight) => [`r2({ weight: ${weight} })`],
  r1r2: (weight) => [`r1({ weight: ${weight} })`, `r2({ weight: ${weight} })`],
  dragan: (weight) => [`dragan({ weight: ${weight} })`],
  weightClipping: (weight) => [`weightClipping({ limit: ${weight} })`],
};
const toys = { ring: 'ringOfGaussians', grid: 'gridOfGaussians', swissRoll: 'swissRoll' } as const;

/** A program for Node that trains the GAN of these settings for so many steps. */
export function snippet(settings: Settings, steps: number): string {
  const { variant, loss, data, latentDim } = settings;
  const optimizer = optimizers[variant];
  const plugs = regularizers[settings.regularizer](settings.weight);
  const hidden = Array.from({ length: settings.layers }, () => settings.width).join(', ');
  const said = loss === ownLoss[variant] ? [] : [loss];
  const called = [optimizer(0), ...plugs].map((code) => code.slice(0, code.indexOf('(')));
  const core = ['Trainer', 'discriminator', 'generator', ...called, ...said].sort(byLetters);
  const toy = data === 'drawn' ? undefined : toys[data];
  const source = data === 'drawn' ? 'points' : `${toys[data]}(${options(toyOptions[data])})`;
  return `import { ${core.join(', ')} } from '@ganzoo/core';
import { mlp } from '@ganzoo/core/networks';
${toy ? `import { ${toy} } from '@ganzoo/datasets';\n` : ''}import { useBackend } from '@ganzoo/node';
import { ${variant} } from '@ganzoo/${packages[variant]}';

await useBackend();
${toy ? '' : `const points = ${drawn(settings.drawing)};\n`}const hidden = [${hidden}];
const gan = ${variant}({
  sampleShape: [2],
  generator: generator({
    latentDim: ${latentDim},
    network: mlp({ inputShape: [${latentDim}], hidden, outputShape: [2], activation: 'relu', initializer: 'heNormal' }),
  }),
  discriminator: discriminator({ network: mlp({ inputShape: [2], hidden, outputShape: [1], initializer: 'heNormal' }) }),
${said.map((name) => `  loss: ${name}(),\n`).join('')}  regularizers: [${plugs.join(', ')}],
  optimizers: {
    generator: ${optimizer(settings.generatorRate)},
    discriminator: ${optimizer(settings.discriminatorRate)},
  },
  criticSteps: ${settings.criticSteps},
  ema: ${settings.average === 'on' ? '{}' : 'false'},
});
const trainer = new Trainer(gan, { seed: ${settings.seed} });
await trainer.fit(${source}, { steps: ${Math.max(1, steps)}, batchSize: ${settings.batchSize} });
trainer.sample(1000).print();
`;
}

function options(values: Readonly<Record<string, number>>): string {
  const entries = Object.entries(values).map(([key, value]) => `${key}: ${value}`);
  return `{ ${entries.join(', ')} }`;
}

/** Eight points a line. */
function drawn(points: Settings['drawing']): string {
  const lines: string[] = [];
  for (let i = 0; i < points.length; i += 8) {
    const row = points.slice(i, i + 8).map(([x, y]) => `[${x}, ${y}],`);
    lines.push(`  ${row.join(' ')}\n`);
  }
  return `[\n${lines.join('')}]`;
}

function byLetters(a: string, b: string): number {
  return a < b ? -1 : 1;
}
