/** Trains a DCGAN on a folder of photos of any sizes, in a run directory that it can go on from. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adam, expectInteger, GanzooError, r1 } from '@ganzoo/core';
import { imageFolder } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { train, useBackend } from '@ganzoo/node';
import { writeImages } from './demo.ts';

async function trainOnFolder(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: '32' },
      steps: { type: 'string', default: '2000' },
      out: { type: 'string', default: 'runs/image-folder' },
      watch: { type: 'boolean', default: false },
      demo: { type: 'boolean', default: false },
    },
  });
  const integer = (option: 'size' | 'steps', least: number): number => {
    const value = /^\d+$/.test(values[option]) ? Number(values[option]) : values[option];
    expectInteger('example', `--${option}`, value, least);
    return value;
  };
  const [size, steps] = [integer('size', 8), integer('steps', 1)];
  if (values.demo ? positionals.length > 0 : positionals.length !== 1)
    throw new GanzooError('example', 'give one folder of images: npm run example image-folder -- ./photos. With none at hand, --demo makes one.');
  const { name, device } = await useBackend();

  // Cropped from the middle and resized once; half of the samples are mirrored, which digits would not stand.
  const path = values.demo ? await writeImages(join(values.out, 'images')) : (positionals[0] as string);
  const images = await imageFolder(path, { size, flip: !values.demo, skipUnreadable: true });
  for (const { file, reason } of images.unreadable) console.error(`Left out: ${file}: ${reason}`);

  // A quarter of the paper's channels, from 8 pixels or so up, and a critic held back by its gradient: small sets are soon known by heart.
  const doublings = Math.max(1, Math.round(Math.log2(size / 8)));
  const widths = Array.from({ length: doublings }, (_, stage) => 2 ** (5 + doublings - stage));
  const optimizer = adam({ learningRate: 4e-4, beta1: 0.5 });
  const gan = dcgan({
    sampleShape: images.sampleShape,
    widths,
    kernel: 4,
    regularizers: [r1({ weight: 0.1, interval: 16, allowBatchNorm: true })],
    optimizers: { generator: optimizer, discriminator: optimizer },
  });

  console.log(`Training a DCGAN on ${images.size} images of ${path}, ${steps} steps of 32, on ${name} (${device}).`);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const options = { dir: values.out, gan, dataset: images, steps, batchSize: 32, watch: values.watch, signal: stop.signal };
  const { trainer, step, seconds } = await train({ ...options, existing: 'resume' });
  trainer.dispose();
  console.log(`${step} of ${steps} steps, ${seconds.toFixed(0)} s. Look at ${join(values.out, 'report.html')}; the same command goes on where this ended.`);
}

try {
  await trainOnFolder();
} catch (error) {
  const isUsage = error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage && !(error instanceof GanzooError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
