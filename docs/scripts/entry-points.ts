import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface EntryPoint {
  /** As it is imported: `@ganzoo/core/networks`. */
  readonly name: string;
  readonly file: string;
}

type Exports = Readonly<Record<string, string | { readonly '@ganzoo/source'?: string }>>;

/** The public modules of every package in packages/, by what their `exports` say: no list to keep. */
export function entryPoints(): EntryPoint[] {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const { name, exports = {} } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as { name: string; exports?: Exports };
    return Object.entries(exports).flatMap(([path, target]) => {
      const source = typeof target === 'object' ? target['@ganzoo/source'] : undefined;
      return source ? [{ name: name + path.slice(1), file: join(root, 'packages', folder, source) }] : [];
    });
  });
}
