import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryOf } from '../temporaries.ts';
import { LIBRARIES, sizeOf, type Library } from './library.ts';

/** What the installer noted next to a binding it compiled. */
export interface BindingStamp {
  /** The folder of the library it is linked to. */
  readonly library: string;
  readonly isGpu: boolean;
  /** Bytes of each of its files then. */
  readonly sizes: readonly number[];
  /** SHA-256 of the binding. */
  readonly binding: string;
}

const stampOf = (binding: string): string => join(dirname(binding), 'ganzoo.json');
/** A binding that was there before, kept for `remove`. */
const formerOf = (binding: string): string => `${binding}.before-ganzoo`;

/** What was noted about this binding, or undefined where the installer did not compile it. */
export async function readStamp(binding: string): Promise<BindingStamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(stampOf(binding), 'utf8')) as BindingStamp;
    return stamp.binding === (await digest(binding)) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the library is there as it was when the binding was linked to it. */
export function hasItsLibrary({ library, sizes }: BindingStamp): boolean {
  return LIBRARIES.every((name, index) => sizeOf(join(library, name)) === sizes[index]);
}

/** Moves a new binding in, and its stamp before it: without the other, either counts for nothing. */
export async function placeBinding(made: string, binding: string, { folder, isGpu }: Library): Promise<void> {
  if (sizeOf(binding) !== undefined && !(await readStamp(binding))) await rename(binding, formerOf(binding));
  const sizes = LIBRARIES.map((name) => sizeOf(join(folder, name)) as number);
  const stamp: BindingStamp = { library: folder, isGpu, sizes, binding: await digest(made) };
  const temporary = temporaryOf(stampOf(binding));
  await writeFile(temporary, JSON.stringify(stamp, undefined, 2));
  await rename(temporary, stampOf(binding));
  await rename(made, binding);
}

/** Removes a binding of the installer's, and puts the one before it back. @returns whether there was one */
export async function removeBinding(binding: string): Promise<boolean> {
  const stamp = await readStamp(binding);
  await rm(stampOf(binding), { force: true });
  if (stamp) await rm(binding, { force: true });
  if (sizeOf(binding) === undefined && sizeOf(formerOf(binding)) !== undefined) await rename(formerOf(binding), binding);
  return stamp !== undefined;
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
