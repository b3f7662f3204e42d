import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** TensorFlow's bindings for Node, the better one first. */
export const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

export type PackageName = (typeof PACKAGES)[number];

/** The newest Node-API the packages know: every Node since 16 loads its binding from the folder of this one. */
export const NODE_API = 8;

/** One of them, installed. */
export interface NativePackage {
  readonly name: PackageName;
  readonly version: string;
  readonly root: string;
  /** Where it loads its binding from, whether or not that is there. Undefined where its package.json does not say. */
  readonly binding: string | undefined;
}

interface Manifest {
  readonly version: string;
  readonly binary?: { readonly module_name: string; readonly module_path: string };
}

export function findPackage(name: PackageName): NativePackage | undefined {
  const path = resolveOptional(`${name}/package.json`);
  if (path === undefined) return undefined;
  const { version, binary } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const root = dirname(path);
  const folder = binary?.module_path.replace('{napi_build_version}', String(NODE_API));
  return { name, version, root, binding: folder === undefined ? undefined : join(root, folder, `${binary?.module_name}.node`) };
}

/** The file of a package that is its user's choice: it may be where the program is run and not next to this package. */
export function resolveOptional(specifier: string): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'here.js')]) {
    try {
      return createRequire(from).resolve(specifier);
    } catch {
      // Not installed for that one.
    }
  }
  return undefined;
}
