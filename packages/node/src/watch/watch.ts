import { expectInteger, expectKeys, GanzooError, type Callback } from '@ganzoo/core';
import { liveServer, type LiveServer } from './live-server.ts';

const SCOPE = 'node/watch';

/** Options of {@link watch}. */
export interface WatchOptions {
  /** The run directory: the page shows what `jsonLog` and `sampleGrid` write there. */
  readonly dir: string;
  /** 1 to 65535. Any that is free unless told. */
  readonly port?: number;
  /** 127.0.0.1 unless told, where only this machine can look. At another address, such as 0.0.0.0, whoever reaches it can. */
  readonly host?: string;
  /** Told where the page is. Standard error unless told. */
  readonly onReady?: (url: string) => void;
}

/**
 * A callback that serves a page of the run while it goes on: its curves, samples and speed, up to date within a second. Behind
 * `jsonLog` and `sampleGrid` in the list of callbacks. It looks into the directory only while a browser does, and offers
 * nothing that changes the run.
 *
 * @throws GanzooError on a bad option; from the training, before its first step, where the port is taken
 */
export function watch(options: WatchOptions): Callback {
  expectKeys(SCOPE, options, ['dir', 'port', 'host', 'onReady']);
  const { dir, port, host = '127.0.0.1', onReady = (url) => console.error(`Watch it at ${url}`) } = options;
  if (typeof dir !== 'string' || dir === '') throw new GanzooError(SCOPE, 'dir must be the path of a run directory, such as runs/digits.');
  if (port !== undefined) expectInteger(SCOPE, 'port', port, 1);
  if (port !== undefined && port > 65_535) throw new GanzooError(SCOPE, `port must be at most 65535, got ${port}.`);
  let server: LiveServer | undefined;
  return {
    name: 'watch',
    async onStart() {
      server = await liveServer(dir, host, port);
      onReady(server.url);
    },
    async onEnd() {
      await server?.close();
      server = undefined;
    },
  };
}
