import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GanzooError, type Dataset } from '@ganzoo/core';
import { cifar10Dataset } from '@ganzoo/datasets';
import { cifar10 } from '@ganzoo/datasets/node';
import * as tf from '@tensorflow/tfjs';
import { createTar } from 'nanotar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstBatch } from './image-folder-support.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-cifar-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

/** A record of this label whose reds are its columns, greens its rows and blues the label. */
const record = (label: number): number[] => [
  label,
  ...Array.from({ length: 1024 }, (_, i) => i % 32),
  ...Array.from({ length: 1024 }, (_, i) => Math.floor(i / 32)),
  ...Array<number>(1024).fill(label),
];
const records = (...labels: number[]): Uint8Array => Uint8Array.from(labels.flatMap(record));

/** Batches of one image each, the first of label 0 and so on. */
const batches: Record<string, Uint8Array> = {
  ...Object.fromEntries([1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, records(batch - 1)])),
  'test_batch.bin': records(9, 8),
};

let folders = 0;
function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

const archive = (files: Readonly<Record<string, Uint8Array>> = batches): Uint8Array =>
  createTar([
    { name: 'cifar-10-batches-bin' },
    ...Object.entries(files).map(([name, data]) => ({ name: `cifar-10-batches-bin/${name}`, data })),
    { name: 'cifar-10-batches-bin/readme.html', data: 'text' },
  ]);

async function expectBatches(dataset: Dataset): Promise<void> {
  expect(dataset).toMatchObject({ name: 'cifar10', size: 5, sampleShape: [32, 32, 3], range: [-1, 1] });
  const { bytes, labels } = await firstBatch(dataset, 5);
  expect([...(labels ?? [])].sort()).toEqual([0, 1, 2, 3, 4]);
  labels?.forEach((label, sample) => {
    for (const [row, column] of [
      [0, 0],
      [0, 31],
      [31, 0],
      [17, 5],
    ] as const) {
      const start = ((sample * 32 + row) * 32 + column) * 3;
      expect(bytes.slice(start, start + 3)).toEqual([column, row, label]);
    }
  });
}

describe('from bytes', () => {
  test('planes of colours become pixels, in one file or several, also out of the middle of a buffer', async () => {
    await expectBatches(cifar10Dataset(records(0, 1, 2, 3, 4)));
    const padded = new Uint8Array(2 * 3073 + 20);
    padded.set(records(3, 4), 7);
    const files = [
      { name: 'a', bytes: records(0, 1, 2) },
      { name: 'b', bytes: padded.subarray(7, 7 + 2 * 3073) },
    ];
    await expectBatches(cifar10Dataset(files));
    expect(cifar10Dataset(files, { name: 'mine' }).name).toBe('mine');
  });

  test('what is not CIFAR-10 is named', () => {
    const cut = records(1, 2).subarray(0, 5000);
    expect(() =>
      cifar10Dataset([
        { name: 'a.bin', bytes: records(1) },
        { name: 'b.bin', bytes: cut },
      ]),
    ).toThrow(/'b\.bin' has 5000 bytes; expected a multiple of 3073, .+ truncated, or not of the binary version of CIFAR-10/);
    expect(() => cifar10Dataset(new Uint8Array())).toThrow("'cifar10' has 0 bytes; expected a multiple of 3073");
    expect(() => cifar10Dataset([])).toThrow("'cifar10' has no files");
    expect(() => cifar10Dataset([{ name: 'c.bin', bytes: records(1, 10) }])).toThrow("'c.bin' has label 10 at image 1; expected 0 to 9");
    expect(() => cifar10Dataset(records(1), { nam: 'x' } as object)).toThrow("unknown option 'nam'");
    expect(() => cifar10Dataset(new Uint8Array())).toThrow(GanzooError);
  });
});

describe('from files', () => {
  test.each([
    ['a folder', () => folderOf(batches)],
    [
      'the folder around it',
      () => {
        const folder = folderOf({});
        mkdirSync(join(folder, 'cifar-10-batches-bin'));
        for (const [name, bytes] of Object.entries(batches)) writeFileSync(join(folder, 'cifar-10-batches-bin', name), bytes);
        return folder;
      },
    ],
    ['a folder with the archive', () => folderOf({ 'cifar-10-binary.tar.gz': gzipSync(archive()) })],
    ['the archive', () => join(folderOf({ 'as-i-call-it': gzipSync(archive()) }), 'as-i-call-it')],
    ['the archive, unpacked by a browser', () => join(folderOf({ 'cifar-10-binary.tar.gz': archive() }), 'cifar-10-binary.tar.gz')],
    ['files that are packed on their own', () => folderOf(Object.fromEntries(Object.entries(batches).map(([name, bytes]) => [name, gzipSync(bytes)])))],
  ])('%s', async (_, make) => {
    const dir = make();
    await expectBatches(await cifar10({ dir }));
    const testing = await cifar10({ dir, split: 'test' });
    expect(testing).toMatchObject({ name: 'cifar10 test', size: 2 });
    expect([...((await firstBatch(testing, 2)).labels ?? [])].sort()).toEqual([8, 9]);
  });

  test('without a dir it says where to get them', async () => {
    const message =
      /comes with no package: get cifar-10-binary\.tar\.gz, the binary version, from https:\/\/www\.cs\.toronto\.edu\/~kriz\/cifar\.html and pass \{ dir \}/;
    await expect(cifar10({} as never)).rejects.toThrow(message);
    await expect((cifar10 as () => Promise<Dataset>)()).rejects.toThrow(message);
  });

  test('what is missing, and what is there', async () => {
    const { 'data_batch_4.bin': _, ...rest } = batches;
    const missing = folderOf(rest);
    await expect(cifar10({ dir: missing })).rejects.toThrow(
      new RegExp(
        `no 'data_batch_4\\.bin', 'cifar-10-batches-bin' or 'cifar-10-binary\\.tar\\.gz' in ${missing}\\. It has data_batch_1\\.bin, .+\\. Get the binary version from https:`,
      ),
    );
    expect((await cifar10({ dir: missing, split: 'test' })).size).toBe(2);
    await expect(cifar10({ dir: folderOf({ 'x.tar.gz': gzipSync(archive(rest)) }) + '/x.tar.gz' })).rejects.toThrow(
      /no 'data_batch_4\.bin' in '.+x\.tar\.gz'\. It has cifar-10-batches-bin\/data_batch_1\.bin, .+ Get cifar-10-binary/,
    );
    await expect(cifar10({ dir: join(root, 'none') })).rejects.toThrow(/cannot read the folder .+none: ENOENT/);
    await expect(cifar10({ dir: missing, split: 'validation' as 'train' })).rejects.toThrow("'train', 'test', got 'validation'");
    await expect(cifar10({ dir: missing, channels: 3 } as never)).rejects.toThrow("unknown option 'channels'");
  });

  test('what is damaged is named', async () => {
    const packed = gzipSync(archive());
    const file = (bytes: Uint8Array): string => join(folderOf({ 'c.tar.gz': bytes }), 'c.tar.gz');
    await expect(cifar10({ dir: file(packed.subarray(0, packed.length >> 1)) })).rejects.toThrow(/c\.tar\.gz' \(\d+ bytes\) is not a whole gzip file/);
    const whole = archive();
    await expect(cifar10({ dir: file(whole.subarray(0, 12_000)) })).rejects.toThrow(/c\.tar\.gz' is not a whole tar archive: .+ Get cifar-10-binary\.tar\.gz/);
    await expect(cifar10({ dir: file(records(1)) })).rejects.toThrow("c.tar.gz' is not a whole tar archive: it does not begin as one.");
    await expect(cifar10({ dir: file(new Uint8Array(9)) })).rejects.toThrow('it does not begin as one');
    const short = { ...batches, 'data_batch_3.bin': records(2).subarray(0, 3000) };
    await expect(cifar10({ dir: folderOf(short) })).rejects.toThrow(/data_batch_3\.bin' has 3000 bytes/);
    await expect(cifar10({ dir: file(archive(short)) })).rejects.toThrow(/c\.tar\.gz: data_batch_3\.bin' has 3000 bytes/);
  });
});
