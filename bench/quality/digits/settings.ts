/**
 * What moves the score of a DCGAN on MNIST at one budget: 64,000 real digits, one seed, rates that fall to 0 in the second half,
 * one setting after another. `pnpm --filter @ganzoo/bench digits:settings` does those that have no row yet in
 * `results/digits/settings.json`, on one thread.
 */
import { adam, arrayDataset, linearDecay, Trainer } from '@ganzoo/core';
import { mnist } from '@ganzoo/datasets/node';
import { dcgan } from '@ganzoo/dcgan';
import { classBalance, extractFeatures, featureLogits, frechetDistance, inceptionScore, mnistClassifier, type ImageSource } from '@ganzoo/metrics';
import { useBackend } from '@ganzoo/node';
import { enterNativeProject } from '../../native.ts';
import { digitBytes } from './samples.ts';
import { keepSetting, settings, settingsRealImages, settingRows, type Setting, type SettingRow } from './setting-rows.ts';

const thousands = 5;
const [train, test] = [await mnist(), await mnist({ split: 'test' })];
enterNativeProject();
await useBackend('tensorflow');
const judge = await mnistClassifier();
const looked = async (images: ImageSource) => {
  const features = await extractFeatures({ images, extractor: judge, samples: 1000 * thousands, batchSize: 250 });
  return { features, logits: await featureLogits(features, judge) };
};
const real = await looked(test);

for (const setting of settings) {
  if (settingRows().some((row) => isOf(row, setting))) continue;
  const row = await measured(setting);
  keepSetting(row);
  console.log(row);
}
process.exit();

function isOf(row: SettingRow, setting: Setting): boolean {
  return (['widths', 'kernel', 'batchSize', 'rate'] as const).every((key) => String(row[key]) === String(setting[key]));
}

async function measured({ widths, kernel, batchSize, rate }: Setting): Promise<SettingRow> {
  const steps = settingsRealImages / batchSize;
  const falling = () => adam({ learningRate: linearDecay({ from: rate, start: steps / 2, updates: steps / 2 }), beta1: 0.5 });
  const optimizers = { generator: falling(), discriminator: falling() };
  const trainer = new Trainer(dcgan({ sampleShape: [28, 28, 1], widths, kernel, optimizers }), { seed: 0 });
  const started = performance.now();
  await trainer.fit(train, { steps, batchSize });
  const seconds = Math.round((performance.now() - started) / 1000);
  const samples = arrayDataset({ name: 'samples', values: await digitBytes(trainer, thousands), sampleShape: [28, 28, 1] });
  trainer.dispose();
  const { features, logits } = await looked(samples);
  return {
    widths,
    kernel,
    batchSize,
    rate,
    seconds,
    score: Number((await inceptionScore(logits)).mean.toFixed(3)),
    distance: Number((await frechetDistance(real.features, features)).toFixed(2)),
    classKl: Number((await classBalance(logits, { reference: real.logits })).kl.toFixed(4)),
  };
}
