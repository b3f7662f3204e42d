/** What the test imports. */
const testedWith = ['@ganzoo/datasets', '@ganzoo/node', '@tensorflow/tfjs'];

/**
 * The files of a variant that trains as it is, by their path from the root.
 *
 * @param name the folder and the package, such as `hinge-gan`
 * @param exported what programs import, such as `hingeGan`
 * @param manifest the package.json of `@ganzoo/lsgan`, whose settings every variant has
 */
export function variantFiles(name, exported, manifest) {
  const folder = `packages/${name}`;
  return new Map([
    [`${folder}/package.json`, packageJson(name, exported, manifest)],
    [`${folder}/README.md`, readme(name, exported)],
    [`${folder}/src/index.ts`, source(exported)],
    [`${folder}/test/${name}.test.ts`, test(name, exported)],
    [`.changeset/${name}.md`, changeset(name, exported)],
  ]);
}

function packageJson(name, exported, manifest) {
  const own = {
    name: `@ganzoo/${name}`,
    version: '0.0.0',
    description: `${exported}: a GAN with the hinge loss`,
    repository: { ...manifest.repository, directory: `packages/${name}` },
    devDependencies: Object.fromEntries(testedWith.map((dependency) => [dependency, manifest.devDependencies[dependency]])),
  };
  // Over the copy, so that keys keep their places.
  return `${JSON.stringify({ ...manifest, ...own }, undefined, 2)}\n`;
}

function readme(name, exported) {
  return `# @ganzoo/${name}

A GAN with the hinge loss (Lim & Ye 2017, [arXiv:1705.02894](https://arxiv.org/abs/1705.02894)), for images and for points in the plane.

\`\`\`sh
npm install @ganzoo/${name} @ganzoo/core @ganzoo/node @ganzoo/datasets @tensorflow/tfjs@4.22
\`\`\`

\`\`\`ts
import { Trainer } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { progress, sampleGrid, useBackend } from '@ganzoo/node';
import { ${exported} } from '@ganzoo/${name}';

await useBackend();
const trainer = new Trainer(${exported}({ sampleShape: [2], latentDim: 2 }), { seed: 1 });
await trainer.fit(ringOfGaussians(), { steps: 2000, callbacks: [progress(), sampleGrid({ dir: 'runs/ring', count: 1000 })] });
\`\`\`

| option | default | |
|---|---|---|
| \`sampleShape\` | | \`[height, width, channels]\` in [-1, 1] with DCGAN's networks, or \`[n]\` of any range with two hidden layers of 256 units each |
| \`latentDim\` | 100 | |
| \`generator\`, \`discriminator\`, \`loss\`, \`regularizers\`, \`optimizers\`, \`ema\`, \`criticSteps\`, \`sampleRange\` | | replace that piece |

Adam at 2e-4 with beta1 0.5 for both.

MIT licensed.
`;
}

function source(exported) {
  return `import { adam, defineVariant, discriminator, generator, hinge } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, sampleKind } from '@ganzoo/core/networks';

/**
 * A GAN with the hinge loss (Lim & Ye 2017, https://arxiv.org/abs/1705.02894).
 *
 * Takes images \`[height, width, channels]\` in [-1, 1], and points or vectors \`[n]\` of any range.
 */
export const ${exported} = defineVariant({
  name: '${exported}',
  defaults: { latentDim: 100 },
  build: ({ sampleShape, latentDim }) => {
    const networks = {
      image: () => ({
        generator: convGenerator({ latentDim, sampleShape }),
        discriminator: convDiscriminator({ sampleShape }),
      }),
      point: () => ({
        generator: mlp({ inputShape: [latentDim], hidden: [256, 256], outputShape: sampleShape }),
        discriminator: mlp({ inputShape: sampleShape, hidden: [256, 256], outputShape: [1] }),
      }),
    }[sampleKind('${exported}', sampleShape)]();
    return {
      generator: generator({ latentDim, network: networks.generator }),
      discriminator: discriminator({ network: networks.discriminator }),
      loss: hinge(),
      optimizers: { generator: adam({ learningRate: 2e-4, beta1: 0.5 }), discriminator: adam({ learningRate: 2e-4, beta1: 0.5 }) },
    };
  },
});
`;
}

function test(name, exported) {
  return `import { Trainer, type Gan } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { useBackend } from '@ganzoo/node';
import { ${exported} } from '@ganzoo/${name}';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';

beforeAll(() => useBackend('wasm'));

/** Trains for a step, checks that all tensors are given back, and answers five samples. */
async function samplesOf(gan: Gan, data: Parameters<Trainer['fit']>[0]): Promise<{ shape: number[]; values: number[] }> {
  const before = tf.memory().numTensors;
  const trainer = new Trainer(gan);
  await trainer.fit(data, { steps: 1, batchSize: 2 });
  const samples = trainer.sample(5);
  const { shape } = samples;
  const values = [...(await samples.data())];
  samples.dispose();
  trainer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { shape, values };
}

it('trains on points', async () => {
  const { shape, values } = await samplesOf(${exported}({ sampleShape: [2] }), ringOfGaussians({ count: 10 }));
  expect(shape).toEqual([5, 2]);
  expect(values.every(Number.isFinite)).toBe(true);
});

it('trains on images and draws them in [-1, 1]', async () => {
  const images = tf.randomUniform([10, 8, 8, 3], -1, 1);
  const { shape, values } = await samplesOf(${exported}({ sampleShape: [8, 8, 3] }), images);
  images.dispose();
  expect(shape).toEqual([5, 8, 8, 3]);
  expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
});

it('plays with the hinge loss, by Adam at 2e-4 with beta1 0.5, once each', () => {
  const adam = { name: 'adam', config: { learningRate: 2e-4, beta1: 0.5 } };
  expect(${exported}({ sampleShape: [2] }).config).toMatchObject({
    loss: { name: 'hinge' },
    criticSteps: 1,
    players: { generator: { optimizer: adam }, discriminator: { optimizer: adam } },
  });
});

it('refuses images without channels', () => {
  expect(() => ${exported}({ sampleShape: [28, 28] })).toThrow('Images of one channel are [28, 28, 1].');
});
`;
}

function changeset(name, exported) {
  return `---
'@ganzoo/${name}': minor
---

A variant: \`${exported}\`.
`;
}
