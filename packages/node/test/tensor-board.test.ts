import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorBoard } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { PbfReader } from 'pbf';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { crc32c } from '../src/tensor-board/records.ts';
import { fakeRun } from './fake-run.ts';

let dir = '';
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-events-'));
});
afterEach(() => rm(dir, { recursive: true }));

interface Read {
  seconds?: number;
  step?: number;
  version?: string;
  started?: boolean;
  /** Scalars as numbers, anything else as its kind. */
  values: Record<string, number | 'image' | 'text'>;
}

/** By the field numbers of TensorFlow's protocol files; what they mean to TensorBoard is the slow test's. */
function readEvent(bytes: Uint8Array): Read {
  return new PbfReader(bytes).readFields(
    (tag, event: Read, pbf) => {
      if (tag === 1) event.seconds = pbf.readDouble();
      else if (tag === 2) event.step = pbf.readVarint();
      else if (tag === 3) event.version = pbf.readString();
      else if (tag === 7)
        event.started = pbf.readMessage((inner, log: { status?: number }) => void (inner === 1 && (log.status = pbf.readVarint())), {}).status === 1;
      else if (tag === 5) pbf.readMessage((inner) => inner === 1 && readValue(pbf, event.values), {});
    },
    { values: {} },
  );
}

function readValue(pbf: PbfReader, values: Read['values']): void {
  const value = pbf.readMessage((tag, into: { name?: string; value?: number | 'image' | 'text' }) => {
    if (tag === 1) into.name = pbf.readString();
    else if (tag === 2) into.value = pbf.readFloat();
    else if (tag === 4 || tag === 8) into.value = tag === 4 ? 'image' : 'text';
  }, {});
  values[value.name as string] = value.value as number;
}

async function eventsOf(name: string): Promise<Read[]> {
  const bytes = await readFile(join(dir, name));
  const events: Read[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    events.push(readEvent(bytes.subarray(at + 12, at + 12 + length)));
    at += length + 16;
  }
  return events;
}

const files = async (): Promise<string[]> => (await readdir(dir)).sort();

test('the checksum is CRC-32C', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array())).toBe(0);
});

test('a file begins with its version and a session, and holds what was logged, in this order', async () => {
  const callback = tensorBoard({ dir, every: 2 });
  const run = fakeRun({ steps: 5 });
  const before = Date.now() / 1000;
  await callback.onStart?.(run);
  for (run.step = 1; run.step <= 5; run.step++) {
    await callback.onStep?.(run);
    if (run.step === 3) await callback.onRecord?.(run, { fid: 12.5 });
  }
  run.step = 5;
  await callback.onEnd?.(run);
  const [name] = await files();
  const [, , , seconds, ...rest] = (name as string).split('.');
  expect(Number(seconds)).toBeGreaterThanOrEqual(Math.floor(before));
  expect(rest.join('.')).toBe(`${hostname()}.${process.pid}`);
  const events = await eventsOf(name as string);
  expect(events.map(({ step, version, started, values }) => [step, version ?? started ?? Object.keys(values)])).toEqual([
    [0, 'brain.Event:2'],
    [0, true],
    [0, ['configuration']],
    [2, ['discriminator/real', 'discriminator/fake', 'discriminator/accuracy', 'generator/fake']],
    [3, ['fid']],
    [4, ['discriminator/real', 'discriminator/fake', 'discriminator/accuracy', 'generator/fake']],
    [5, ['discriminator/real', 'discriminator/fake', 'discriminator/accuracy', 'generator/fake']],
  ]);
  expect(events[4]?.values).toEqual({ fid: 12.5 });
  expect(events.every(({ seconds = 0 }) => seconds >= before && seconds <= Date.now() / 1000)).toBe(true);
});

test('a resumed run writes a later file that takes the place of later steps, also where the clock went back', async () => {
  await writeFile(join(dir, 'events.out.tfevents.9000000000.other'), '');
  await tensorBoard({ dir }).onStart?.(fakeRun({ step: 40 }));
  await tensorBoard({ dir }).onStart?.(fakeRun({ step: 40 }));
  const [, first, second] = await files();
  expect([first, second].map((name) => name?.split('.')[3])).toEqual(['9000000001', '9000000002']);
  expect((await eventsOf(second as string)).map(({ step }) => step)).toEqual([0, 41, 40]);
});

test('pictures of the same latents at the start, at every multiple and at the end, and no tensor kept', async () => {
  const asked: unknown[] = [];
  const run = fakeRun({
    sample: (...args) => {
      asked.push(args);
      return tf.zeros([args[0], 2]);
    },
  });
  const callback = tensorBoard({ dir, samples: { every: 4, count: 9, seed: 5, extent: 2 } });
  const before = tf.memory().numTensors;
  await callback.onStart?.(run);
  for (run.step = 1; run.step <= 6; run.step++) await callback.onStep?.(run);
  run.step = 6;
  await callback.onEnd?.(run);
  expect(tf.memory().numTensors).toBe(before);
  expect(asked).toEqual(Array.from({ length: 3 }, () => [9, { seed: 5 }]));
  const events = await eventsOf((await files())[0] as string);
  expect(events.filter(({ values }) => values['samples'] === 'image').map(({ step }) => step)).toEqual([0, 4, 6]);
});

test('keeps its order for a caller that does not wait', async () => {
  const callback = tensorBoard({ dir, every: 1 });
  const run = fakeRun();
  await callback.onStart?.(run);
  let delay = 30;
  const pending: unknown[] = [];
  for (let step = 1; step <= 4; step++) {
    const wait = (delay -= 7);
    pending.push(callback.onStep?.({ ...run, step, losses: () => new Promise((resolve) => setTimeout(() => resolve({ 'd/x': step }), wait)) }));
  }
  await Promise.all(pending);
  const events = await eventsOf((await files())[0] as string);
  expect(events.slice(3).map(({ step, values }) => [step, values['d/x']])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});

test('after an error it asks the device nothing', async () => {
  const callback = tensorBoard({ dir, samples: {} });
  const run = fakeRun({ step: 3 });
  await callback.onStart?.(run);
  run.step = 4;
  await callback.onEnd?.(run, new Error('generator/fake is NaN'));
  expect(run.reads).toBe(0);
});

test('samples that are no picture are refused and disposed', async () => {
  const before = tf.memory().numTensors;
  const callback = tensorBoard({ dir, samples: {} });
  await expect(callback.onStart?.(fakeRun({ sample: (count) => tf.zeros([count, 7]) }))).rejects.toThrow(/tensor-board\] can draw .* got \[7\]/);
  expect(tf.memory().numTensors).toBe(before);
});

test('refuses bad options, and a folder it cannot write', async () => {
  expect(() => tensorBoard({ dir: '' })).toThrow(/dir must be/);
  expect(() => tensorBoard({ dir, every: 0 })).toThrow(/every/);
  expect(() => tensorBoard({ dir, samples: { count: 0 } })).toThrow(/samples\.count/);
  expect(() => tensorBoard({ dir, samples: { columns: 3 } } as never)).toThrow(/unknown option 'columns'/);
  const file = join(dir, 'file');
  await writeFile(file, '');
  await expect(tensorBoard({ dir: join(file, 'runs') }).onStart?.(fakeRun())).rejects.toThrow(/\[ganzoo\/node\/tensor-board\] cannot write/);
});
