import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunConfig, train, type TrainOptions } from '@ganzoo/node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { points, smallGan } from './run-support.ts';

const root = mkdtempSync(join(tmpdir(), 'ganzoo-run-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  await tf.setBackend('cpu');
});

let count = 0;
let dir = '';
let notices: string[] = [];
beforeEach(() => {
  dir = join(root, String(count++));
  notices = [];
});

const options = (): TrainOptions => ({
  dir,
  gan: smallGan(),
  dataset: points,
  steps: 10,
  batchSize: 4,
  seed: 3,
  checkpoints: { every: 2, keep: 2 },
  samples: { every: 5, count: 8 },
  logEvery: 5,
  progress: false,
  onNotice: (notice) => notices.push(notice),
});

/** @returns the step it ended at and the one it went on from */
async function run(changes: Partial<TrainOptions> = {}): Promise<[step: number, from: number, reason: string]> {
  const { trainer, step, from, reason } = await train({ ...options(), ...changes });
  trainer.dispose();
  return [step, from, reason];
}

const checkpointsIn = (where: string): string[] => readdirSync(join(where, 'checkpoints')).sort();
const newest = (where: string, step: number): Buffer => readFileSync(join(where, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`));
const stepsLogged = (): number[] =>
  readFileSync(join(dir, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);

describe('a run directory', () => {
  it('holds the configuration, the log, pictures, the newest checkpoints and the generator', async () => {
    expect(await run({ recipe: { variant: 'small' } })).toEqual([10, 0, 'done']);
    const names = readdirSync(dir).map((name) => name.replace(/tfevents\..*/, 'tfevents'));
    expect(names.sort()).toEqual(['checkpoints', 'config.json', 'events.out.tfevents', 'film.webp', 'generator', 'log.jsonl', 'report.html', 'samples']);
    expect(checkpointsIn(dir)).toEqual(['step-000008.safetensors', 'step-000010.safetensors']);
    expect(readdirSync(join(dir, 'samples')).sort()).toEqual(['step-000000.png', 'step-000005.png', 'step-000010.png']);
    expect(stepsLogged()).toEqual([0, 5, 10]);
    const config = await readRunConfig(dir);
    expect(config).toMatchObject({
      gan: { name: 'small' },
      dataset: { name: 'points', size: 64, sampleShape: [2] },
      seed: 3,
      batchSize: 4,
      recipe: { variant: 'small' },
      parts: [{ from: 0, steps: 10, backend: tf.getBackend(), versions: { node: process.versions.node } }],
    });
    const model = await tf.loadLayersModel(tf.io.fromMemory(JSON.parse(readFileSync(join(dir, 'generator/model.json'), 'utf8')) as never));
    expect(model.outputs[0]?.shape).toEqual([null, 2]);
    model.dispose();
  });

  it('goes on to the very bytes of a run that was not interrupted', async () => {
    await run();
    const whole = newest(dir, 10);
    dir = `${dir}-parts`;
    await run({ steps: 3 });
    expect(await run({ steps: 7, existing: 'resume' })).toEqual([7, 3, 'done']);
    expect(await run({ existing: 'resume' })).toEqual([10, 7, 'done']);
    expect(newest(dir, 10).equals(whole)).toBe(true);
    expect((await readRunConfig(dir))?.parts.map(({ from, steps }) => [from, steps])).toEqual([
      [0, 3],
      [3, 7],
      [7, 10],
    ]);
    // There is nothing left to do.
    expect(await run({ existing: 'resume' })).toEqual([10, 10, 'done']);
  });

  it('is saved when it is aborted, and gone on with', async () => {
    const stop = new AbortController();
    const aborting = { name: 'stop', onStep: ({ step }: { step: number }) => (step === 5 ? stop.abort() : undefined) };
    expect(await run({ signal: stop.signal, callbacks: [aborting] })).toEqual([5, 0, 'aborted']);
    expect(checkpointsIn(dir)).toEqual(['step-000004.safetensors', 'step-000005.safetensors']);
    expect(await run({ existing: 'resume' })).toEqual([10, 5, 'done']);
  });

  it('keeps the best checkpoint by a metric', async () => {
    const metrics = { value: ({ step }: { step: number }) => Math.abs(step - 4) };
    await run({ evaluation: { steps: 2, metrics, best: { metric: 'value', mode: 'min' } } });
    expect(JSON.parse(readFileSync(join(dir, 'checkpoints/best/best.json'), 'utf8'))).toMatchObject({ step: 4, values: { value: 0 } });
    expect(readFileSync(join(dir, 'log.jsonl'), 'utf8')).toContain('"value":2');
  });

  it('is neither gone on with nor replaced unless told', async () => {
    await run();
    await expect(run()).rejects.toThrow(
      `'${dir}' holds a run of small on points. Go on with it (existing: 'resume', --resume), replace it (existing: 'replace', --replace)`,
    );
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    writeFileSync(join(dir, 'samples/mine.png'), 'mine');
    expect(await run({ steps: 4, existing: 'replace' })).toEqual([4, 0, 'done']);
    expect(readdirSync(join(dir, 'samples')).sort()).toEqual(['mine.png', 'step-000000.png', 'step-000004.png']);
    expect(checkpointsIn(dir)).toEqual(['step-000002.safetensors', 'step-000004.safetensors']);
    expect(readFileSync(join(dir, 'notes.txt'), 'utf8')).toBe('mine');
    expect(stepsLogged()).toEqual([0, 4]);
  });

  it('refuses to go on with another configuration, showing the differences, unless changes are allowed', async () => {
    await run({ steps: 4 });
    const changes = { gan: smallGan(2e-3), batchSize: 8, existing: 'resume' } as const;
    const refusal = run(changes);
    await expect(refusal).rejects.toThrow('has another configuration (saved, given):');
    await expect(refusal).rejects.toThrow('gan.config.players.generator.optimizer.config.learningRate: 0.001, 0.002');
    await expect(refusal).rejects.toThrow('batchSize: 4, 8');
    expect(await run({ ...changes, allowChanges: true })).toEqual([10, 4, 'done']);
    expect((await readRunConfig(dir))?.batchSize).toBe(8);
  });

  it.each([
    ['cut short', (path: string) => truncateSync(path, 100)],
    [
      'altered',
      (path: string) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, i) => (i === 900 ? byte ^ 1 : byte)),
        ),
    ],
    ['empty', (path: string) => truncateSync(path, 0)],
  ])('passes over a checkpoint that is %s', async (_, harm) => {
    await run({ steps: 6 });
    const whole = newest(dir, 6);
    harm(join(dir, 'checkpoints/step-000006.safetensors'));
    expect(await run({ steps: 6, existing: 'resume' })).toEqual([6, 4, 'done']);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('checkpoint.safetensors in');
    expect(notices[0]).toMatch(/is not a whole checkpoint: .* Going on from step 4\.$/);
    expect(newest(dir, 6).equals(whole)).toBe(true);
    // All of them.
    for (const name of checkpointsIn(dir)) harm(join(dir, 'checkpoints', name));
    expect(await run({ steps: 6, existing: 'resume' })).toEqual([6, 0, 'done']);
    expect(notices.at(-1)).toMatch(/There is none before it: beginning anew\.$/);
    expect(newest(dir, 6).equals(whole)).toBe(true);
  });

  it('refuses a configuration that was altered, or is gone, before it touches a checkpoint', async () => {
    await run({ steps: 4 });
    const before = checkpointsIn(dir);
    for (const existing of [undefined, 'resume'] as const) {
      const given = existing ? { existing } : {};
      writeFileSync(join(dir, 'config.json'), '{"gan": 3');
      await expect(run(given)).rejects.toThrow('is not the configuration of a run: it was altered or cut short');
      writeFileSync(join(dir, 'config.json'), JSON.stringify({ format: 2, gan: { name: 'a' }, dataset: { name: 'b' }, parts: [] }));
      await expect(run(given)).rejects.toThrow('has the format 2, but this version reads 1');
      rmSync(join(dir, 'config.json'));
      await expect(run(given)).rejects.toThrow(`'${dir}' has checkpoints, but no config.json that says of what`);
    }
    expect(checkpointsIn(dir)).toEqual(before);
  });

  it('belongs to one process at a time', async () => {
    const inner: Promise<unknown>[] = [];
    const second = {
      name: 'second',
      onStep: ({ step }: { step: number }) => void (step === 1 && inner.push(run({ existing: 'resume' }).catch((error: unknown) => error))),
    };
    await run({ callbacks: [second] });
    expect(String(await inner[0])).toContain(`process ${process.pid} has been training in '${dir}' since `);
    expect(existsSync(join(dir, 'run.lock'))).toBe(false);
    // Of a process that is gone, half written, and of another machine.
    for (const left of [JSON.stringify({ pid: 2 ** 30, host: hostname(), since: 'then' }), '{"pi']) {
      writeFileSync(join(dir, 'run.lock'), left);
      expect(await run({ existing: 'resume' })).toEqual([10, 10, 'done']);
    }
    writeFileSync(join(dir, 'run.lock'), JSON.stringify({ pid: 1, host: 'elsewhere', since: 'then' }));
    await expect(run({ existing: 'resume' })).rejects.toThrow('process 1 of elsewhere has been training in');
  });

  it('leaves no tensor behind when it fails, and gives the directory back', async () => {
    const before = tf.memory().numTensors;
    const broken = { name: 'broken', onStep: () => Promise.reject(new Error('no more')) };
    await expect(run({ callbacks: [broken] })).rejects.toThrow('no more');
    expect(tf.memory().numTensors).toBe(before);
    expect(existsSync(join(dir, 'run.lock'))).toBe(false);
  });

  it('says where it cannot be made', async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(`${dir}-file`, '');
    await expect(run({ dir: `${dir}-file` })).rejects.toThrow(`cannot write into '${dir}-file'`);
    await expect(run({ dir: join(`${dir}-file`, 'below') })).rejects.toThrow(/cannot make '.*below'/);
  });

  it('ends well where an adornment fails, and says so', async () => {
    const spoil = {
      name: 'spoil',
      onStep: ({ step }: { step: number }) => (step === 5 ? writeFileSync(join(dir, 'samples/step-000003.png'), 'no picture') : undefined),
    };
    expect(await run({ callbacks: [spoil] })).toEqual([10, 0, 'done']);
    expect(notices).toEqual([expect.stringContaining('step-000003.png')]);
    expect(checkpointsIn(dir)).toEqual(['step-000008.safetensors', 'step-000010.safetensors']);
    expect(existsSync(join(dir, 'film.webp'))).toBe(false);
  });

  it('leaves out what it is told to', async () => {
    await run({ tensorBoard: false, report: false, film: false, samples: false });
    expect(readdirSync(dir).sort()).toEqual(['checkpoints', 'config.json', 'generator', 'log.jsonl']);
  });

  it.each<[object, string]>([
    [{ dir: '' }, 'dir must be the path of a run directory'],
    [{ steps: 0 }, 'steps must be an integer of at least 1, got 0'],
    [{ existing: 'keep' }, "existing must be 'resume' or 'replace', got 'keep'"],
    [{ checkpoints: { keep: 0 } }, 'checkpoints.keep must be an integer of at least 1, got 0'],
    [{ checkpoint: 3 }, "unknown option 'checkpoint'"],
    [{ samples: { evry: 3 } }, "unknown option 'evry'"],
  ])('refuses %j before anything is written', async (wrong, message) => {
    await expect(run(wrong as Partial<TrainOptions>)).rejects.toThrow(message);
    expect(existsSync(dir)).toBe(false);
  });
});
