import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FeatureStatistics, frechetDistance, inceptionScore } from '@ganzoo/metrics';
import { useBackend } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { expect, onTestFinished, test } from 'vitest';
import type { FidInception } from '../src/inception/fid-inception.ts';
import { loadFidInception } from '../src/inception/node.ts';
import { readWeights } from '../src/weights/read.ts';
import { differences, expectedOfTwin, relativeDifference } from './inception/agree.ts';
import { hashWeights } from './inception/hash-weights.ts';

const python = process.env['GANZOO_PYTHON'] ?? 'python3';
const hasTorch = spawnSync(python, ['-c', 'import numpy, torch']).status === 0;

test('a twin in PyTorch: its files are read in both formats, and its features are ours', async () => {
  if (!hasTorch && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: the twin of the FID Inception network needs '${python}' with torch and numpy; GANZOO_PYTHON names another.`);
    return;
  }
  const out = mkdtempSync(join(tmpdir(), 'ganzoo-twin-'));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  const { status, stdout, stderr } = spawnSync(python, [fileURLToPath(new URL('inception/twin.py', import.meta.url)), out], { encoding: 'utf8' });
  expect(`${status} ${stderr}`, stdout).toMatch(/^0 /);

  const expected = expectedOfTwin(join(out, 'expected.safetensors'));
  const committed = expectedOfTwin();
  expect([...expected.keys()]).toEqual([...committed.keys()]);
  for (const [name, values] of expected) expect(relativeDifference(values, committed.get(name) ?? []), name).toBeLessThan(1e-4);

  expect((await useBackend('wasm')).name).toBe('wasm');
  for (const file of ['twin-legacy.pth', 'twin-zip.pth']) {
    const path = join(out, file);
    const weights = readWeights(readFileSync(path), file);
    for (const [name, { shape, values }] of hashWeights()) {
      expect(weights.get(name)?.shape, name).toEqual(shape);
      expect(Buffer.compare(bytesOf(weights.get(name)?.values), bytesOf(values)), name).toBe(0);
    }
    const before = tf.memory().numTensors;
    const network = await loadFidInception(path, { sha256: false, cache: false });
    const found = await differences(network, expected);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
    console.info(`${file}: greatest differences ${JSON.stringify(found)}`);
    expect(Object.keys(found).length).toBe(6);
    for (const [name, difference] of Object.entries(found)) expect(difference, `${name} of ${file}`).toBeLessThan(1e-4);
  }
});

function bytesOf(values: Float32Array | BigInt64Array | undefined): Uint8Array {
  return values ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength) : new Uint8Array();
}

const DAY = 24 * 3600 * 1000;

/** With the published weights and CIFAR-10's binary version, both of which nobody may redistribute here. Takes hours. */
test('CIFAR-10 scores what is published', { timeout: DAY }, async () => {
  const [weights, cifar] = [process.env['GANZOO_FID_WEIGHTS'], process.env['GANZOO_CIFAR10']];
  if (!weights || !cifar || !existsSync(weights) || !existsSync(join(cifar, 'test_batch.bin'))) {
    console.warn(
      'NOT RUN: CIFAR-10 by the published weights needs GANZOO_FID_WEIGHTS (the .pth) and GANZOO_CIFAR10 (the folder of data_batch_1.bin, ..., test_batch.bin).',
    );
    return;
  }
  console.info(`on ${(await useBackend()).device}`);
  const network = await loadFidInception(weights, { cache: false });
  const train = await look(
    network,
    [1, 2, 3, 4, 5].map((part) => join(cifar, `data_batch_${part}.bin`)),
  );
  const held = await look(network, [join(cifar, 'test_batch.bin')]);
  network.dispose();

  const score = await inceptionScore(train.logits);
  const distance = await frechetDistance(train.statistics, held.statistics);
  console.info(`Inception Score ${score.mean} +- ${score.std}, FID ${distance}`);
  // torch-fidelity: 11.23678 +- .0951 for another order; 3.1508 by the original implementation.
  expect(Math.abs(score.mean - 11.23678)).toBeLessThan(0.03);
  expect(Math.abs(distance - 3.1508)).toBeLessThan(0.005);
});

/** Features and logits of all images in files of CIFAR-10's binary version: a label and the red, green and blue planes of each. */
async function look(
  network: FidInception,
  files: readonly string[],
): Promise<{ statistics: FeatureStatistics; logits: { values: Float32Array; dimensions: number } }> {
  const [side, record, batch] = [32, 1 + 3 * 32 * 32, 20];
  const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
  const count = bytes.length / record;
  const statistics = new FeatureStatistics();
  const logits = { values: new Float32Array(count * 1008), dimensions: 1008 };
  for (let first = 0; first < count; first += batch) {
    const size = Math.min(batch, count - first);
    const planes = Float32Array.from(
      { length: size * (record - 1) },
      (_, i) => bytes[(first + Math.floor(i / (record - 1))) * record + 1 + (i % (record - 1))] as number,
    );
    const images = tf.tidy(() => tf.transpose<tf.Tensor4D>(tf.tensor4d(planes, [size, 3, side, side]), [0, 2, 3, 1]));
    const features = await network.features(images);
    const scores = network.logitsOfFeatures(features);
    logits.values.set(await scores.data(), first * 1008);
    await statistics.add(features);
    tf.dispose([images, features, scores]);
  }
  return { statistics, logits };
}
