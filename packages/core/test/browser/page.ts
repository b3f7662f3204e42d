/** What a page does with the packages: bundled and run by `browser.slow.test.ts`. */
import { checkGradients, enableHigherOrderGradients, indexedDb, Trainer } from '@ganzoo/core';
import { getThreads } from '@ganzoo/wasm';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { imageGan, images, use } from '../support.ts';

export interface Findings {
  readonly backend: string;
  readonly threads: number;
  readonly losses: readonly number[];
  /** Of the samples before saving and after loading. */
  readonly samples: readonly (readonly number[])[];
  readonly wrongGradients: readonly string[];
  readonly gradients: number;
  /** Of a convolutional model trained by TensorFlow.js alone, before and after. */
  readonly stock: readonly number[];
  readonly leaked: number;
}

async function findings(): Promise<Findings> {
  setWasmPaths('/wasm/');
  await use('wasm');
  const before = tf.memory().numTensors;
  const data = images(8);
  const trainer = new Trainer(imageGan(), { seed: 5 });
  await trainer.fit(data, { steps: 3, batchSize: 4 });
  const store = indexedDb('ganzoo-test');
  await trainer.save(store);
  const loaded = await Trainer.load(store, imageGan());
  const samples = await Promise.all(
    [trainer, loaded].map(async (each) => {
      const drawn = each.sample(2);
      const values = [...(await drawn.data())];
      drawn.dispose();
      return values;
    }),
  );
  const losses = Object.values(await trainer.losses());
  for (const each of [trainer, loaded]) each.dispose();
  data.dispose();
  const leaked = tf.memory().numTensors - before;

  const stock = await stockTraining();
  enableHigherOrderGradients();
  const report = await checkGradients();
  return {
    backend: tf.getBackend(),
    threads: getThreads(),
    losses,
    samples,
    wrongGradients: report.rows.filter(({ ok }) => !ok).map(({ name }) => name),
    gradients: report.rows.length,
    stock,
    leaked,
  };
}

/** TensorFlow.js's own `fit` of a convolution and a max-pool, which its WASM backend cannot do by itself. */
async function stockTraining(): Promise<number[]> {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: tf.initializers.heNormal({ seed: 1 }) }),
      tf.layers.maxPooling2d({ poolSize: 3, strides: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.heNormal({ seed: 2 }) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.005), loss: 'meanSquaredError' });
  const x = images(8);
  const y = tf.mean(x, [1, 2, 3]).reshape([8, 1]);
  const { history } = await model.fit(x, y, { epochs: 10, batchSize: 8, verbose: 0 });
  tf.dispose([x, y]);
  model.dispose();
  const losses = history['loss'] as number[];
  return [losses[0] as number, losses.at(-1) as number];
}

void findings().then(
  (found) => Object.assign(globalThis, { findings: found }),
  (error: unknown) => Object.assign(globalThis, { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
);
