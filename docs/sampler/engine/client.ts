import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { alongDirection, type Sample } from '../sample.ts';
import { Newest } from './newest.ts';
import type { Drawing, News, Order, Subject } from './protocol.ts';

/** The threaded one is named because TensorFlow.js wants all three; a page without shared memory never fetches it. */
const wasm = { 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threaded };

/** The page's end of the worker. */
export class Engine {
  readonly #worker: Worker;
  readonly #orders = new Newest<Subject, Drawing>('digit', (order) => this.#order(order));

  /** @throws where the browser has no module workers */
  constructor(hear: (news: News) => void) {
    this.#worker = new Worker(new URL('worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data: news }: MessageEvent<News>) => {
      if (news.type !== 'loaded') this.#orders.answered();
      hear(news);
    });
    this.#worker.addEventListener('error', (event) => {
      hear({ type: 'failure', kind: 'other', message: event.message || 'The worker could not be loaded.' });
    });
    const absolute = Object.entries(wasm).map(([name, path]) => [name, new URL(path, location.href).href]);
    this.#order({ type: 'open', wasm: Object.fromEntries(absolute) as Record<string, string> });
  }

  /** Asks for the digit, and for the row of it along a direction. */
  draw(sample: Sample, direction: number): void {
    const { generator, ...spot } = sample;
    this.#orders.ask('digit', { type: 'draw', of: 'digit', generator, spots: [spot] });
    this.#orders.ask('row', { type: 'draw', of: 'row', generator, spots: alongDirection(spot, direction) });
  }

  close(): void {
    this.#worker.terminate();
  }

  #order(order: Order): void {
    this.#worker.postMessage(order, []);
  }
}
