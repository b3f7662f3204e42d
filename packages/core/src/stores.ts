import { GanzooError } from './errors.ts';
import type { Store } from './run-types.ts';

const SCOPE = 'core/stores';

/** A store that lives as long as the process: for tests and pages. */
export function memory(): Store {
  const files = new Map<string, Uint8Array>();
  return {
    describe: 'memory',
    read: async (name) => files.get(name),
    commit: async (changed) => {
      for (const [name, bytes] of changed) files.set(name, bytes.slice());
    },
  };
}

/** A store in the browser's IndexedDB; each commit is one transaction. */
export function indexedDb(name: string): Store {
  if (typeof indexedDB === 'undefined') {
    throw new GanzooError(SCOPE, 'indexedDb() needs a browser. In Node use folder(path) of @ganzoo/node, or memory().');
  }
  const table = 'files';
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(table);
    return settled(request);
  };
  const use = async <T>(mode: IDBTransactionMode, work: (files: IDBObjectStore) => Promise<T>): Promise<T> => {
    const database = await open();
    try {
      const transaction = database.transaction(table, mode);
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      // A request that fails aborts the transaction too: both are waited for, and the first failure is told.
      const [result] = await Promise.all([work(transaction.objectStore(table)), done]);
      return result;
    } catch (cause) {
      const deed = mode === 'readonly' ? 'read from' : 'write to';
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GanzooError(SCOPE, `cannot ${deed} indexedDb '${name}': ${reason}. Is there room, and may this page store data?`, { cause });
    } finally {
      database.close();
    }
  };
  return {
    describe: `indexedDb '${name}'`,
    read: (file) => use('readonly', (files) => settled(files.get(file) as IDBRequest<Uint8Array | undefined>)),
    commit: (changed) => use('readwrite', async (files) => void (await Promise.all([...changed].map(([file, bytes]) => settled(files.put(bytes, file)))))),
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
