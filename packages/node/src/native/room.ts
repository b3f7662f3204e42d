import { statfs } from 'node:fs/promises';
import { Refusal } from './refusal.ts';

/** Throws unless the disk of that folder has so many bytes left. */
export async function expectRoom(folder: string, bytes: number, forWhat: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new Refusal(
    `too little room in ${folder}: ${forWhat} takes ${showBytes(bytes)}, ${showBytes(free)} are free. Make room, or give a folder on another disk with --cache.`,
  );
}

export function showBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
