import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Serves folders as the host of the site would: `/guide/metrics` is `guide/metrics.html`. The first folder that has a file gives it. */
export async function serve(...folders: string[]): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(pathname);
    // Browsers ask for it where a page names no icon.
    if (path === '/favicon.ico') return response.writeHead(204).end();
    const names = path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`, `${path}/index.html`];
    const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file) && statSync(file).isFile());
    response.writeHead(found ? 200 : 404, { 'content-type': types[extname(found ?? '')] ?? 'application/octet-stream' });
    return response.end(found ? readFileSync(found) : 'not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
