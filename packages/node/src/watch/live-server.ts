import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GanzooError } from '@ganzoo/core';
import { runView, type News } from './run-view.ts';

const SCOPE = 'node/watch';

/** Milliseconds between two looks into the directory, while somebody watches. */
const PERIOD = 1000;
/** Events that a browser that was away for a moment is told afterwards. */
const MOST_EVENTS = 120;
/** Bytes that wait for a browser that does not take them, before it is given up. */
const MOST_WAITING = 4e6;
const picture = /^\/samples\/(step-\d{6,}\.png)$/;
const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

export interface LiveServer {
  readonly url: string;
  /** Tells the last news, and that there are no more. */
  readonly close: () => Promise<void>;
}

/**
 * Serves the page of a run directory, its events and the pictures of its samples, and nothing else.
 *
 * @param port any free one where undefined
 * @throws GanzooError where the port is taken or the host is none of this machine
 */
export async function liveServer(dir: string, host: string, port = 0): Promise<LiveServer> {
  const view = runView(dir);
  const watchers = new Set<ServerResponse>();
  // Events of another server are not those of this one.
  const series = randomBytes(4).toString('hex');
  let count = 0;
  let events: { readonly count: number; readonly text: string }[] = [];

  const tell = (event: string, data: object): void => {
    count++;
    const text = eventText(event, data, `${series}-${count}`);
    events = [...events, { count, text }].slice(-MOST_EVENTS);
    for (const watcher of watchers) {
      if (watcher.writableLength > MOST_WAITING) watcher.destroy();
      else watcher.write(text);
    }
  };
  const take = (news: News | 'reload' | undefined, isLast: boolean): void => {
    if (news === undefined) return;
    if (watchers.size > 0) tell(news === 'reload' ? 'reload' : 'news', news === 'reload' ? {} : { ...news, isLast });
    else [count, events] = [count + 1, []];
  };
  /** One look after another, whoever asks. */
  let turn: Promise<void> = Promise.resolve();
  const look = (isLast = false): Promise<void> => {
    turn = turn.then(async () => take(await view.look(isLast), isLast)).catch(() => undefined);
    return turn;
  };

  let timer: NodeJS.Timeout | undefined;
  const follow = (response: ServerResponse, after: string): void => {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
    response.write(':\n\n');
    const from = after.startsWith(`${series}-`) ? Number(after.slice(series.length + 1)) : Number.NaN;
    const missed = events.filter((event) => event.count > from);
    if (missed.length === count - from) for (const { text } of missed) response.write(text);
    else response.write(eventText('reload', {}, `${series}-${count}`));
    watchers.add(response);
    timer ??= setInterval(() => void look(), PERIOD).unref();
    response.on('close', () => {
      watchers.delete(response);
      if (watchers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, text: string): void => void response.writeHead(status, headers).end(`${text}\n`);
    // A page of elsewhere whose name was made to mean this machine has that name in here.
    if (loopback.has(host) && !loopback.has(hostOf(request))) return refuse(403, 'Ask for it as 127.0.0.1 or localhost.');
    if (request.method !== 'GET') return refuse(405, 'There is only something to look at here.');
    const { pathname, searchParams } = new URL(`http://run${request.url}`);
    if (pathname === '/') {
      await look();
      const page = await view.page(`${series}-${count}`);
      response.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }).end(page);
    } else if (pathname === '/events') {
      follow(response, String(request.headers['last-event-id'] ?? searchParams.get('after') ?? ''));
    } else {
      const name = picture.exec(pathname)?.[1];
      if (name === undefined) return refuse(404, 'There is nothing here.');
      createReadStream(join(dir, 'samples', name))
        .on('open', () => response.writeHead(200, { ...headers, 'Content-Type': 'image/png' }))
        .on('error', () => (response.headersSent ? response.destroy() : refuse(404, 'There is no such picture.')))
        .pipe(response);
    }
  };

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await listening(server, host, port);
  // A training is over when it is over, whoever watches.
  server.unref();
  return {
    url: urlOf(server, host),
    async close() {
      clearInterval(timer);
      await look(true);
      for (const watcher of watchers) watcher.end(eventText('end', {}, `${series}-${count}`));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
        // A browser that does not take the end is not waited for.
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}

const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Content-Type': 'text/plain; charset=utf-8' };

function eventText(event: string, data: object, id: string): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${port} of ${host} is taken. Give another one, or none for any that is free.`,
      EADDRNOTAVAIL: `${host} is no address of this machine. Leave it out for 127.0.0.1, or give 0.0.0.0 for all of its addresses.`,
      EACCES: `this user may not listen at port ${port}. Give one from 1024 on.`,
    };
    throw new GanzooError(SCOPE, `cannot serve the page: ${reasons[code ?? ''] ?? message}`, { cause });
  }
}
