import { readStamp, removeBinding } from './binding.ts';
import { entriesOf, removeEmpty, removeEntry, usersOf } from './cache.ts';
import { findPackage, PACKAGES } from './packages.ts';
import type { Say } from './programs.ts';
import { showBytes } from './room.ts';

/** Takes out again what the installer put in: its bindings here, and the libraries that no other project uses. */
export async function remove(cache: string, say: Say): Promise<void> {
  let found = false;
  for (const name of PACKAGES) {
    const binding = findPackage(name)?.binding;
    if (binding === undefined || !(await removeBinding(binding))) continue;
    found = true;
    say(`removed the binding of ${name}`);
  }
  for (const entry of await entriesOf(cache)) {
    found = true;
    const others = await usersNow(entry.path);
    if (others.length > 0) say(`kept ${entry.path}, ${showBytes(entry.bytes)}: ${others.join(', ')} runs on it. Run 'remove' there too.`);
    else {
      await removeEntry(entry);
      say(`removed ${entry.path}, ${showBytes(entry.bytes)}`);
    }
  }
  await removeEmpty(cache);
  if (!found) say('nothing to remove');
}

/** The packages whose bindings run on that entry: a project may have been deleted, or have another library by now. */
async function usersNow(entry: string): Promise<string[]> {
  const users: string[] = [];
  for (const binding of await usersOf(entry)) if ((await readStamp(binding))?.library.startsWith(entry)) users.push(binding);
  return users;
}
