import { vi } from 'vitest';

/** Until `vi.unstubAllGlobals()`, workers are made by this class; without one, they cannot be made. */
export function stubWorkers(Worker?: object): void {
  const { getBuiltinModule } = process;
  vi.stubGlobal('process', { ...process, getBuiltinModule: (name: string) => (name === 'node:worker_threads' ? { Worker } : getBuiltinModule(name)) });
}
