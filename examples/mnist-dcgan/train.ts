/** Trains a DCGAN on the 60,000 MNIST digits: what `npm start` runs. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { folder, jsonLog, progress, sampleGrid, useBackend } from '@ganzoo/node';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1200' },
    seed: { type: 'string', default: '7' },
    'batch-size': { type: 'string', default: '32' },
    out: { type: 'string', default: 'runs/mnist-dcgan' },
    backend: { type: 'string', default: 'auto' },
  },
});
const [steps, seed, batchSize] = [Number(values.steps), Number(values.seed), Number(values['batch-size'])];

const { name, device } = await useBackend(values.backend as 'auto');
console.log(`Training a DCGAN on MNIST: ${steps} steps of ${batchSize} digits, seed ${seed}, on ${name} (${device}).`);

// A narrow net at higher rates than the paper's, since minutes on a laptop must do.
const optimizers = { generator: adam({ learningRate: 1e-3 }), discriminator: adam({ learningRate: 4e-4 }) };
const trainer = new Trainer(dcgan({ sampleShape: [28, 28, 1], kernel: 4, widths: [64, 32], optimizers }), { seed });
const samples = join(values.out, 'samples');
const { seconds } = await trainer.fit(await mnist(), {
  steps,
  batchSize,
  callbacks: [progress(), sampleGrid({ dir: samples, every: 100 }), jsonLog({ path: join(values.out, 'log.jsonl') })],
});
await trainer.save(folder(values.out));
trainer.dispose();

console.log(`Done in ${seconds.toFixed(0)} s (${Math.round((steps * batchSize) / seconds)} images/s). Look at:
  ${samples}/step-${String(steps).padStart(6, '0')}.png  the digits it draws now, and before in the same folder
  ${join(values.out, 'log.jsonl')}  the losses
  ${join(values.out, 'generator/model.json')}  the generator, for tf.loadLayersModel
  ${join(values.out, 'checkpoint.safetensors')}  everything, to go on from`);
