import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLog, report, savePng, writeReport } from '@ganzoo/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeRun } from './fake-run.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-report-'));
});
afterEach(() => rm(dir, { recursive: true }));

interface Chart {
  readonly title: string;
  readonly kind: string;
  readonly lines: readonly string[];
  readonly names: readonly string[];
  readonly steps: readonly number[];
  readonly values: readonly (readonly (number | null | false)[])[];
}

const header = (step = 0, config: object = { players: { discriminator: {}, generator: {} } }): object => ({
  gan: { name: 'lsgan', config },
  seed: 7,
  backend: 'wasm',
  step,
  steps: 200,
  batchSize: 64,
});
const row = (step: number, values: object, seconds = step / 10): object => ({ step, realSamples: step * 64, seconds, ...values });

async function log(...lines: (object | string)[]): Promise<void> {
  await logLines(lines);
}

async function logLines(lines: readonly (object | string)[]): Promise<void> {
  await writeFile(join(dir, 'log.jsonl'), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
}

async function page(): Promise<string> {
  return readFile(await writeReport({ dir }), 'utf8');
}

function chartsIn(html: string): Chart[] {
  return JSON.parse(/<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(html)?.[1] as string) as Chart[];
}

/** Text of the page's settings and facts, by name. */
function rowsIn(html: string): Record<string, string> {
  const rows = html.matchAll(/<(?:th scope="row"|dt)>(.*?)<\/(?:th|dt)><(?:td|dd)>(.*?)<\/(?:td|dd)>/gs);
  return Object.fromEntries([...rows].map(([, name, value]) => [name, value]));
}

test('a chart for each player, each accuracy and each metric', async () => {
  await log(
    header(),
    row(10, { 'discriminator/real': 0.5, 'discriminator/fake': 0.25, 'discriminator/accuracy': 0.75, 'generator/fake': 1.5 }),
    row(15, { 'kid/mean': 0.125, 'kid/std': 0.01, fid: 120 }),
    row(20, { 'discriminator/real': 0.4, 'discriminator/fake': null, 'discriminator/accuracy': 0.8, 'generator/fake': 1.25 }),
    row(21, { failure: 'generator/fake is NaN' }),
  );
  const html = await page();
  expect(chartsIn(html)).toEqual([
    {
      title: 'discriminator',
      kind: 'loss',
      lines: ['real', 'fake'],
      names: ['discriminator/real', 'discriminator/fake'],
      steps: [10, 20],
      values: [
        [0.5, 0.4],
        [0.25, null],
      ],
    },
    { title: 'generator', kind: 'loss', lines: ['fake'], names: ['generator/fake'], steps: [10, 20], values: [[1.5, 1.25]] },
    {
      title: 'discriminator/accuracy',
      kind: 'loss',
      range: [0, 1],
      lines: ['accuracy'],
      names: ['discriminator/accuracy'],
      steps: [10, 20],
      values: [[0.75, 0.8]],
    },
    { title: 'kid', kind: 'measured', lines: ['mean', 'std'], names: ['kid/mean', 'kid/std'], steps: [15], values: [[0.125], [0.01]] },
    { title: 'fid', kind: 'measured', lines: ['fid'], names: ['fid'], steps: [15], values: [[120]] },
  ]);
  expect(html).toContain('discriminator <span>real 0.4, fake not finite</span>');
  expect(html).toContain('Ended by an error: generator/fake is NaN');
  expect(html).toContain('<title>lsgan</title>');
  expect(rowsIn(html)).toMatchObject({ Steps: '21 of 200', 'Real samples seen': '1,344', Time: '0:02', Backend: 'wasm', 'Batch size': '64', Seed: '7' });
});

test('values of one chart that are logged at different steps keep their own', async () => {
  await log(header(), row(1, { 'generator/fake': 1 }), row(2, { 'generator/fake': 2, 'generator/match': 5 }), row(3, { 'generator/match': 6 }));
  expect(chartsIn(await page())[0]).toMatchObject({
    steps: [1, 2, 3],
    values: [
      [1, 2, false],
      [false, 5, 6],
    ],
  });
});

test('of a resumed run later lines win, and a line that was cut off is passed over', async () => {
  await log(
    header(),
    ...[10, 20, 30].map((step) => row(step, { 'generator/fake': 1 })),
    row(30, { fid: 9 }),
    '{"step":40,"generator/fa',
    header(20),
    row(30, { 'generator/fake': 2 }, 1),
    row(40, { 'generator/fake': 2 }, 2),
    // Without a header: a line of an earlier step says as much.
    row(35, { 'generator/fake': 3 }, 3),
    'null',
    '[1]',
    '{"step":"50"}',
    '{"ste',
  );
  const html = await page();
  expect(chartsIn(html)).toEqual([
    { title: 'generator', kind: 'loss', lines: ['fake'], names: ['generator/fake'], steps: [10, 20, 30, 35], values: [[1, 1, 2, 3]] },
  ]);
  expect(rowsIn(html)).toMatchObject({ Steps: '35 of 200', Parts: '2, resumed', Time: '0:06' });
});

test('a run that begins anew in the same log is another run', async () => {
  await log(header(), row(10, { fid: 3, 'generator/fake': 1 }), row(11, { failure: 'no' }), header(), row(5, { 'generator/fake': 2 }));
  const html = await page();
  expect(chartsIn(html)).toMatchObject([{ steps: [5], values: [[2]] }]);
  expect(html).not.toContain('Ended by an error');
  expect(rowsIn(html)).not.toHaveProperty('Parts');
});

test('long logs are thinned, and keep their peaks and what was not finite', async () => {
  const lines = Array.from({ length: 120_000 }, (_, step) => row(step, { 'generator/fake': Math.sin(step / 5000), 'generator/match': 0.5 }));
  lines[77_777] = row(77_777, { 'generator/fake': 99.5, 'generator/match': 0.5 });
  lines[55_555] = row(55_555, { 'generator/fake': Math.sin(55_555 / 5000), 'generator/match': null });
  await logLines([header()].concat(lines));
  const html = await page();
  const [chart] = chartsIn(html) as [Chart];
  expect(chart.steps.length).toBeLessThanOrEqual(3000);
  expect(chart.steps.length).toBeGreaterThan(1000);
  expect(chart.steps[0]).toBe(0);
  expect(chart.steps.at(-1)).toBe(119_999);
  expect(chart.values[0]?.[chart.steps.indexOf(77_777)]).toBe(99.5);
  expect(chart.values[1]?.[chart.steps.indexOf(55_555)]).toBe(null);
  expect(html.length).toBeLessThan(300_000);
});

test('settings come from config.json, or else from the log', async () => {
  await log(header(0, { loss: { name: 'leastSquares', config: { a: 0 } }, regularizers: [], widths: [64, 32] }));
  expect(rowsIn(await page())).toMatchObject({
    gan: 'lsgan',
    'gan.loss': 'leastSquares',
    'gan.loss.a': '0',
    'gan.regularizers': '[]',
    'gan.widths': '[64, 32]',
  });
  await writeFile(join(dir, 'config.json'), '{"gan": {');
  expect(rowsIn(await page())).toMatchObject({ gan: 'lsgan', seed: '7' });
  const config = { gan: { name: 'dcgan', config: {} }, dataset: { name: 'mnist', size: 60_000 }, parts: [{ from: 0 }, { from: 100 }], note: null };
  await writeFile(join(dir, 'config.json'), JSON.stringify(config));
  const html = await page();
  expect(html).toContain('<h1>dcgan on mnist</h1>');
  const rows = rowsIn(html);
  expect(rows).toMatchObject({ gan: 'dcgan', 'dataset.name': 'mnist', 'dataset.size': '60000', 'parts.1.from': '100', note: 'null' });
  expect(rows).not.toHaveProperty('gan.loss');
});

test('names are text wherever they come from', async () => {
  const bad = `</script><script>document.title='got in'</script><img src=x onerror="1">'&`;
  await log({ ...header(), gan: { name: bad, config: { [bad]: bad } }, backend: bad }, row(10, { [`${bad}/real`]: 1, [bad]: 2, failure: bad }));
  await writeFile(join(dir, 'config.json'), JSON.stringify({ gan: { name: bad, config: { [bad]: bad } }, dataset: { name: bad } }));
  const html = await page();
  const inert = html.replaceAll(/<script( type="application\/json" id="charts")?>.*?<\/script>/gs, '');
  expect(inert).not.toContain('<script');
  expect(inert).not.toContain('<img');
  expect(html.match(/<script/g)).toHaveLength(3);
  expect(chartsIn(html).some(({ lines }) => lines.includes(bad.slice(bad.indexOf('/') + 1)))).toBe(true);
  expect(html).toContain('&lt;img src=x onerror=&quot;1&quot;&gt;&#39;&amp;');
});

test('asks for nothing outside', async () => {
  await log(header(), row(10, { fid: 1 }));
  const html = await page();
  expect(html).toContain(`content="default-src 'none'; img-src data:;`);
  expect(html.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(/https?:|<link|url\(/);
});

function noise(seed: number, size: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: size * size * 3 }, () => (state = (state * 16807) % 2147483647) & 255);
}

const sampled = (step: number): string => join(dir, 'samples', `step-${String(step).padStart(6, '0')}.png`);
const stepsIn = (html: string): number[] => [...html.matchAll(/data-step="(\d+)"/g)].map(([, step]) => Number(step));

test('all pictures of a short run, without loss where they are small', async () => {
  await log(header());
  for (const step of [0, 100, 200]) await savePng(sampled(step), { width: 40, height: 40, channels: 3, data: noise(step, 40) });
  await writeFile(sampled(150), 'no picture');
  const html = await page();
  expect(stepsIn(html)).toEqual([0, 100, 200]);
  expect(html).toContain('max="2"');
  expect(html).toMatch(/<img width="80" height="80" alt="Samples at step 200" data-step="200" class="small" src="data:image\/(webp|png);base64,/);
  expect(html.match(/ hidden src=/g)).toHaveLength(2);
  expect(html).toContain('3 of 4 pictures');
});

test('of many large pictures as many as leave the page below 5 MB, the last among them', async () => {
  await log(header());
  const picture = { width: 400, height: 400, channels: 3 as const, data: noise(1, 400) };
  await savePng(sampled(0), picture);
  const bytes = await readFile(sampled(0));
  for (let step = 1; step < 150; step++) await writeFile(sampled(step), bytes);
  const html = await page();
  expect(html.length).toBeLessThan(5e6);
  const shown = stepsIn(html);
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.at(-1)).toBe(149);
  expect(html).toContain(`${shown.length} of 150 pictures`);
  // Evenly, but for the last.
  expect(new Set(shown.slice(1, -1).map((step, index) => step - (shown[index] as number))).size).toBe(1);
});

test('a report needs a log, and nothing else', async () => {
  await expect(writeReport({ dir })).rejects.toThrow(/\[ganzoo\/node\/report\] there is no log to report of: .*Give jsonLog\(\{ path: '.*log\.jsonl' \}\)/);
  await log('');
  const html = await page();
  expect(html).toContain('<title>A run</title>');
  expect(html).toContain('The log has no values yet.');
  expect((await readdir(dir)).sort()).toEqual(['log.jsonl', 'report.html']);
});

test('as a callback it is written every so often, and at the end also after an error', async () => {
  const logging = jsonLog({ path: join(dir, 'log.jsonl'), every: 10 });
  const callback = report({ dir, every: 10 });
  const run = fakeRun({ steps: 100 });
  await logging.onStart?.(run);
  await callback.onStart?.(run);
  const written: number[] = [];
  for (run.step = 1; run.step <= 60; run.step++) {
    // Two seconds a ten steps: it is due after five.
    run.seconds = run.step / 5;
    await logging.onStep?.(run);
    await callback.onStep?.(run);
    if ((await readdir(dir)).includes('report.html')) {
      written.push(run.step);
      await rm(join(dir, 'report.html'));
    }
  }
  expect(written[0]).toBe(30);
  expect(written.every((step) => step % 10 === 0)).toBe(true);
  await logging.onEnd?.(run, new Error('generator/fake is NaN'));
  await callback.onEnd?.(run, new Error('generator/fake is NaN'));
  expect(await readFile(join(dir, 'report.html'), 'utf8')).toContain('Ended by an error: generator/fake is NaN');
});

test('pictures that change between two pages of a run are shown as they are now', async () => {
  await log(header());
  const callback = report({ dir });
  const white = { width: 8, height: 8, channels: 1 as const, data: new Uint8Array(64).fill(255) };
  await savePng(sampled(0), white);
  await callback.onEnd?.(fakeRun());
  const sourceOf = async (): Promise<string | undefined> => /src="(data:[^"]*)"/.exec(await readFile(join(dir, 'report.html'), 'utf8'))?.[1];
  const first = await sourceOf();
  await callback.onEnd?.(fakeRun());
  expect(await sourceOf()).toBe(first);
  await savePng(sampled(0), { ...white, data: noise(3, 8).subarray(0, 64) });
  await callback.onEnd?.(fakeRun());
  expect(await sourceOf()).not.toBe(first);
});

test('refuses bad options, and a folder it cannot write', async () => {
  expect(() => report({ dir: '' })).toThrow(/dir must be/);
  expect(() => report({ dir, every: 0 })).toThrow(/every/);
  expect(() => report({ dir, evry: 1 } as never)).toThrow(/unknown option 'evry'/);
  await expect(writeReport({ dir, out: 'x' } as never)).rejects.toThrow(/unknown option 'out'/);
  await log(header());
  await mkdir(join(dir, 'report.html'));
  await appendFile(join(dir, 'report.html', 'taken'), '');
  await expect(writeReport({ dir })).rejects.toThrow(/cannot write 'report\.html'/);
});
