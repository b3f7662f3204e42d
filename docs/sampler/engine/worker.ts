/** The worker: loads generators as they are asked for, and draws. */
import { load } from '@ganzoo/pretrained';
import { NoBackendError, useBackend } from '../../playground/engine/backend.ts';
import { Artist } from './artist.ts';
import type { Drawing, News, Order } from './protocol.ts';

const scope = globalThis as unknown as { onmessage: (event: MessageEvent<Order>) => void; postMessage: (news: News, transfer: Transferable[]) => void };
const send = (news: News, transfer: Transferable[] = []): void => scope.postMessage(news, transfer);

let opened: Promise<void> = Promise.resolve();
const artists = new Map<string, Promise<Artist>>();

scope.onmessage = ({ data: order }) => {
  if (order.type === 'open') opened = useBackend('wasm', order.wasm);
  else void draw(order).catch(fail);
};

async function draw({ of, generator, spots }: Drawing): Promise<void> {
  await opened;
  const artist = await artistOf(generator);
  const begin = performance.now();
  const pixels = await artist.draw(spots);
  send({ type: 'picture', of, pixels, milliseconds: performance.now() - begin }, [pixels.buffer]);
}

async function artistOf(name: string): Promise<Artist> {
  const known = artists.get(name);
  if (known) return known;
  const made = load(name).then((generator) => Artist.of(generator));
  artists.set(name, made);
  try {
    const artist = await made;
    send({ type: 'loaded', generator: name, shares: artist.directions.map(({ share }) => share) });
    return artist;
  } catch (error) {
    artists.delete(name);
    throw error;
  }
}

function fail(error: unknown): void {
  send({ type: 'failure', kind: error instanceof NoBackendError ? 'backend' : 'other', message: error instanceof Error ? error.message : String(error) });
}
