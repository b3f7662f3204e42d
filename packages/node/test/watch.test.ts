import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from '@ganzoo/core';
import { savePng, watch } from '@ganzoo/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir = '';
let end: (() => unknown) | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganzoo-watch-'));
});
afterEach(async () => {
  await end?.();
  end = undefined;
  await rm(dir, { recursive: true });
});

const header = {
  gan: { name: 'dcgan', config: { players: { discriminator: {}, generator: {} } } },
  seed: 7,
  backend: 'cpu',
  step: 0,
  steps: 100,
  batchSize: 8,
};
const line = (step: number, more: object = {}): object => ({ step, realSamples: step * 8, seconds: step / 10, 'generator/fake': 1 / step, ...more });
const log = (...lines: object[]): Promise<void> => appendFile(join(dir, 'log.jsonl'), lines.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
const picture = (step: number): Promise<void> =>
  savePng(join(dir, 'samples', `step-${String(step).padStart(6, '0')}.png`), { width: 4, height: 4, channels: 1, data: new Uint8Array(16) });

/** The address of the page of a run that has begun. */
async function watched(options: object = {}): Promise<string> {
  let url = '';
  const callback = watch({ dir, onReady: (at) => (url = at), ...options });
  await callback.onStart?.({} as Run);
  end = () => callback.onEnd?.({} as Run);
  return url;
}

interface Told {
  readonly event: string;
  readonly id: string;
  readonly data: { readonly entries?: { readonly step: number }[]; readonly pictures?: { readonly step: number; readonly source: string }[] };
}

/** Events as they come, until the server ends them. */
async function* eventsOf(url: string, headers: Record<string, string> = {}): AsyncGenerator<Told, void> {
  const { body } = await fetch(url, { headers });
  let text = '';
  for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(bytes).toString();
    const parts = text.split('\n\n');
    text = parts.pop() as string;
    for (const part of parts) {
      const fields = new Map(part.split('\n').map((field) => [field.slice(0, field.indexOf(': ')), field.slice(field.indexOf(': ') + 2)]));
      if (fields.has('event'))
        yield { event: fields.get('event') as string, id: fields.get('id') as string, data: JSON.parse(fields.get('data') as string) as Told['data'] };
    }
  }
}

const nextOf = async (events: AsyncGenerator<Told, void>): Promise<Told> => (await events.next()).value as Told;
const afterIn = (page: string): string => /data-after="([^"]+)"/.exec(page)?.[1] as string;

test('the page has what the log says, and events tell what it says after that', async () => {
  await log(header, line(10));
  const url = await watched();
  const page = await (await fetch(url)).text();
  expect(page).toContain('<h1>dcgan</h1>');
  expect(page).toContain('10 of 100');
  const events = eventsOf(`${url}events?after=${afterIn(page)}`);
  const first = nextOf(events);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await log(line(20), line(30, { fid: 12.5 }));
  await picture(30);
  const told = await first;
  expect(told.event).toBe('news');
  expect(told.data.entries).toEqual([line(20), line(30, { fid: 12.5 })]);
  expect(told.data.pictures).toEqual([{ step: 30, source: 'samples/step-000030.png' }]);
  const { status, headers } = await fetch(`${url}samples/step-000030.png`);
  expect([status, headers.get('content-type')]).toEqual([200, 'image/png']);
  await events.return();
});

test('half a line is waited for, and a log that begins anew is shown anew', async () => {
  await log(header, line(10));
  const url = await watched();
  const events = eventsOf(`${url}events?after=${afterIn(await (await fetch(url)).text())}`);
  const first = nextOf(events);
  const text = `${JSON.stringify(line(20))}\n`;
  await appendFile(join(dir, 'log.jsonl'), text.slice(0, 20));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await appendFile(join(dir, 'log.jsonl'), text.slice(20));
  expect((await first).data.entries).toEqual([line(20)]);
  const second = nextOf(events);
  await writeFile(join(dir, 'log.jsonl'), `${JSON.stringify(header)}\n`);
  expect((await second).event).toBe('reload');
  await events.return();
});

test('who was away for a moment is told what was missed, who was away for long loads the page anew', async () => {
  await log(header);
  const url = await watched();
  const steady = eventsOf(`${url}events?after=${afterIn(await (await fetch(url)).text())}`);
  const first = nextOf(steady);
  await log(line(10));
  const { id } = await first;
  const second = nextOf(steady);
  await log(line(20));
  await second;
  const back = eventsOf(`${url}events`, { 'Last-Event-ID': id });
  expect((await nextOf(back)).data.entries).toEqual([line(20)]);
  const stranger = eventsOf(`${url}events`, { 'Last-Event-ID': 'ffffffff-1' });
  expect((await nextOf(stranger)).event).toBe('reload');
  await Promise.all([steady, back, stranger].map((events) => events.return()));
});

test('the end of the training is told with all that came before it', async () => {
  await log(header, line(10));
  const url = await watched();
  const events = eventsOf(`${url}events?after=${afterIn(await (await fetch(url)).text())}`);
  const first = nextOf(events);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await log({ step: 20, realSamples: 160, seconds: 2, failure: 'no more room' });
  await picture(20);
  await end?.();
  const { data } = await first;
  expect(data).toMatchObject({ isLast: true, entries: [{ failure: 'no more room' }] });
  // Nobody is there to ask for it.
  expect(data.pictures?.[0]?.source).toMatch(/^data:image\/png;base64,/);
  expect((await nextOf(events)).event).toBe('end');
  expect((await events.next()).done).toBe(true);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(await (await fetch(await watched())).text()).toContain('Ended by an error: no more room');
});

test('nothing else is served, to nobody else', async () => {
  await log(header);
  await writeFile(join(dir, 'samples-secret.png'), 'secret');
  await mkdir(join(dir, 'samples'));
  await writeFile(join(dir, 'samples', 'own.png'), 'secret');
  const url = await watched();
  const { port } = new URL(url);
  const ask = (path: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', host = `127.0.0.1:${port}` } = options;
      request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => resolve(response.resume().statusCode as number))
        .on('error', reject)
        .end();
    });
  expect(await ask('/')).toBe(200);
  expect(await ask('/', { host: 'localhost' })).toBe(200);
  for (const path of ['/log.jsonl', '/samples/own.png', '/samples/../log.jsonl', '/samples/%2e%2e/log.jsonl', '/samples/step-000001.png', '//x'])
    expect(await ask(path), path).toBe(404);
  expect(await ask('/', { method: 'POST' })).toBe(405);
  expect(await ask('/', { host: 'rebound.example' })).toBe(403);
});

test('a port that is taken is said before the training', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(watched({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken. Give another one, or none for any that is free.`);
  await expect(watched({ host: '203.0.113.7' })).rejects.toThrow('203.0.113.7 is no address of this machine.');
  other.close();
});

test.each([
  [{ dir: '' }, 'dir must be the path of a run directory'],
  [{ dir: 'runs', port: 0 }, 'port must be'],
  [{ dir: 'runs', port: 70_000 }, 'port must be at most 65535, got 70000.'],
  [{ dir: 'runs', ports: 1 }, 'ports'],
])('refuses %o', (options, message) => {
  expect(() => watch(options as never)).toThrow(message);
});
