import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import type { Settings } from '../settings/settings.ts';
import type { Backend, Looks, News, Order } from './protocol.ts';

const wasm = { 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threaded };

/** The page's end of the worker. News of runs that are over is dropped. */
export class Engine {
  readonly #worker: Worker;
  #run = 0;

  /** @throws where the browser has no module workers */
  constructor(backend: Backend, hear: (news: News) => void) {
    this.#worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
      if (!('run' in data) || data.run === null || data.run === this.#run) hear(data);
    });
    this.#worker.addEventListener('error', (event) => {
      hear({ type: 'failure', run: null, kind: 'other', message: event.message || 'The worker could not be loaded. Check the network and reload the page.' });
    });
    const absolute = Object.entries(wasm).map(([name, path]) => [name, new URL(path, location.href).href]);
    this.#order({ type: 'open', backend, wasm: Object.fromEntries(absolute) as Record<string, string> });
  }

  #order(order: Order): void {
    this.#worker.postMessage(order, []);
  }

  start(settings: Settings): void {
    this.#order({ type: 'start', run: ++this.#run, settings });
  }

  play(): void {
    this.#order({ type: 'play' });
  }

  pause(): void {
    this.#order({ type: 'pause' });
  }

  step(): void {
    this.#order({ type: 'step' });
  }

  limit(stepsPerSecond: number | null): void {
    this.#order({ type: 'speed', stepsPerSecond });
  }

  tune(settings: Settings): void {
    this.#order({ type: 'tune', settings });
  }

  look(at: Looks): void {
    this.#order({ type: 'look', at });
  }

  close(): void {
    this.#worker.terminate();
  }
}
