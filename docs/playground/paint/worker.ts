/** Paints off the page's thread: a canvas without a graphics card takes its time. */
import { paint, type Painting } from './scene.ts';

interface Scope {
  onmessage: (event: MessageEvent<OffscreenCanvas | Painting>) => void;
  postMessage: (isDone: true, transfer: Transferable[]) => void;
}

const scope = globalThis as unknown as Scope;
let canvas: OffscreenCanvas | undefined;

scope.onmessage = ({ data }) => {
  if (data instanceof OffscreenCanvas) {
    canvas = data;
    return;
  }
  if (canvas) paint(canvas, data);
  scope.postMessage(true, []);
};
