import type { Backend } from '../engine/protocol.ts';
import { element, freshId } from './elements.ts';

const titles: Readonly<Record<Backend, string>> = { wasm: 'WebAssembly', webgpu: 'WebGPU' };

/** What computes: not part of a link, since another machine has others. */
export class ComputeMenu {
  readonly place: HTMLElement;
  readonly #select: HTMLSelectElement;
  readonly #webgpu = element('option', { value: 'webgpu', disabled: true }, `${titles.webgpu} (not here)`);

  constructor(change: (backend: Backend) => void) {
    const id = freshId('backend');
    this.#select = element('select', { id, name: 'backend' }, element('option', { value: 'wasm' }, titles.wasm), this.#webgpu);
    this.#select.addEventListener('change', () => change(this.#select.value as Backend));
    this.place = element('div', { class: 'row menu' }, element('label', { for: id }, 'Computes with'), this.#select);
  }

  show(backend: Backend, hasWebgpu: boolean): void {
    this.#webgpu.disabled = !hasWebgpu;
    this.#webgpu.textContent = hasWebgpu ? titles.webgpu : `${titles.webgpu} (not here)`;
    this.#select.value = backend;
  }
}
