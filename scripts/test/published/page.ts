/** What a page of somebody's own does with the packages: trains a little, in the visitor's browser. */
import { Trainer } from '@ganzoo/core';
import { ringOfGaussians } from '@ganzoo/datasets';
import { lsgan } from '@ganzoo/lsgan';
import '@ganzoo/wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs';

setWasmPaths({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threaded });
await tf.setBackend('wasm');
await tf.ready();
const trainer = new Trainer(lsgan({ sampleShape: [2] }), { seed: 1 });
const { step } = await trainer.fit(ringOfGaussians(), { steps: 20, batchSize: 32 });
const samples = trainer.sample(5);
document.title = JSON.stringify({ step, backend: tf.getBackend(), losses: await trainer.losses(), shape: samples.shape });
