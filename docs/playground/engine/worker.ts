/** The worker: takes orders, keeps one run at a time. */
import { NoBackendError, hasWebgpu, useBackend } from './backend.ts';
import { Pace } from './pace.ts';
import type { Looks, News, Order } from './protocol.ts';
import { Session } from './session.ts';
import type { Settings } from '../settings/settings.ts';

const scope = globalThis as unknown as { onmessage: (event: MessageEvent<Order>) => void; postMessage: (news: News, transfer: Transferable[]) => void };
const send = (news: News, transfer: Transferable[] = []): void => scope.postMessage(news, transfer);

let looks: Looks = { landscape: true, gradients: false };
let stepsPerSecond: number | null = null;
let isPlaying = false;
let session: Session | undefined;
let pace = new Pace();
/** Settles when there is something to compute with, or will never be. */
let opened: Promise<void> = Promise.resolve();
/** Settles when no run is under way. */
let idle: Promise<void> = Promise.resolve();
let latest = 0;

scope.onmessage = ({ data: order }) => {
  void obey(order).catch((error: unknown) => fail(error, null));
};

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'open':
      opened = useBackend(order.backend, order.wasm);
      await opened;
      return send({ type: 'ready', backend: order.backend, hasWebgpu: await hasWebgpu() });
    case 'start':
      return start(order.run, order.settings);
    case 'play':
      isPlaying = true;
      return pace.play();
    case 'pause':
      isPlaying = false;
      return pace.pause();
    case 'step':
      isPlaying = false;
      return pace.step();
    case 'speed':
      stepsPerSecond = order.stepsPerSecond;
      return pace.limit(stepsPerSecond);
    case 'tune':
      return session?.tune(order.settings);
    case 'look':
      looks = order.at;
      return session?.refresh();
  }
}

/** The run before ends first; of several asked for meanwhile only the last begins. */
async function start(run: number, settings: Settings): Promise<void> {
  latest = run;
  session?.end();
  session = undefined;
  const own = new Pace();
  pace = own;
  pace.limit(stepsPerSecond);
  if (isPlaying) pace.play();
  try {
    await opened;
  } catch {
    // Told when it was opened.
    return;
  }
  await idle;
  if (run !== latest) return;
  try {
    session = new Session(run, settings, own, () => looks, send);
    idle = session.train();
  } catch (error) {
    session = undefined;
    fail(error, run);
  }
}

function fail(error: unknown, run: number | null): void {
  const message = error instanceof Error ? error.message : String(error);
  send({ type: 'failure', run, kind: error instanceof NoBackendError ? 'backend' : 'other', message });
}
