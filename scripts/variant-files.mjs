/** What the test imports. */
const testedWith = ['@ganzoo/wasm', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];

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
| \`sampleShape\` | | \`[height, width, channels]\` in [-1, 1] with DCGAN's networks, or \`[n]\` of any range with four hidden layers of 64 units each |
| \`latentDim\` | 100 | |
| \`generator\`, \`discriminator\`, \`loss\`, \`regularizers\`, \`optimizers\`, \`ema\`, \`criticSteps\`, \`sampleRange\` | | replace that piece |

Adam at 2e-4 with beta1 0.5 for both.

MIT licensed.
`;
}

function source(exported) {
  return `import { adam, defineVariant, discriminator, generator, hinge } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp, sampleKind } from '@ganzoo/core/networks';

/** Of both networks for points. */
const hidden = [64, 64, 64, 64];

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
        generator: mlp({ inputShape: [latentDim], hidden, outputShape: sampleShape, activation: 'relu', initializer: 'heNormal' }),
        discriminator: mlp({ inputShape: sampleShape, hidden, outputShape: [1], initializer: 'heNormal' }),
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
  return `import '@ganzoo/wasm';
import { variantSuite } from '@ganzoo/core/testing';
import { ${exported} } from '@ganzoo/${name}';
import { describe, expect, it } from 'vitest';

describe.each([[[2]], [[8, 8, 1]], [[7, 9, 3]]])('${exported} conforms with %j', (sampleShape) => {
  it.each(variantSuite({ make: ${exported}, options: { sampleShape, latentDim: 8 } }))('$name', ({ run }) => run());
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
