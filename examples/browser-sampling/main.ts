/** Draws samples of a trained generator in a page: one that comes with a package, or `?model=` the address of a run's `generator/model.json`. */
import { savedGenerator, type SavedGenerator } from '@ganzoo/core';
import { load } from '@ganzoo/pretrained';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs';

const columns = 8;
const element = <E extends HTMLElement>(id: string): E => document.querySelector(`#${id}`) as E;
const [canvas, truncation, status] = [element<HTMLCanvasElement>('digits'), element<HTMLInputElement>('truncation'), element('status')];

/** Samples side by side, from [-1, 1] to what a canvas takes. */
async function draw(generator: SavedGenerator, seed: number): Promise<void> {
  const started = performance.now();
  const picture = tf.tidy(() => {
    const samples = generator.sample(columns * columns, { seed, truncation: Number(truncation.value) });
    const [height, width, channels] = generator.sampleShape as [number, number, number];
    const rows = tf.transpose(tf.reshape(samples, [columns, columns, height, width, channels]), [0, 2, 1, 3, 4]);
    return tf.div(tf.add(tf.reshape(rows, [columns * height, columns * width, channels]), 1), 2) as tf.Tensor3D;
  });
  await tf.browser.toPixels(picture, canvas);
  picture.dispose();
  status.textContent = `${columns * columns} samples in ${Math.round(performance.now() - started)} ms, on ${tf.getBackend()}`;
}

async function begin(): Promise<void> {
  setWasmPaths({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threaded });
  if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly does not start in this browser.');
  const address = new URLSearchParams(location.search).get('model');
  const generator = address === null ? await load('mnist-dcgan') : savedGenerator(await tf.loadLayersModel(address));
  let seed = 0;
  const redraw = (): Promise<void> => draw(generator, seed);
  truncation.addEventListener('input', redraw);
  element('others').addEventListener('click', () => {
    seed++;
    return redraw();
  });
  await redraw();
}

begin().catch((error: Error) => (status.textContent = error.message));
