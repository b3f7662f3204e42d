import { appendFile, open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { cannotWrite } from '../cannot-write.ts';
import { makeDirectory } from '../make-directory.ts';
import { encodeEvent, type Event } from './events.ts';
import { record } from './records.ts';

const pattern = /^events\.out\.tfevents\.(\d+)/;

/** What TensorBoard tells by that sessions of the same run follow one another. */
const VERSION = 'brain.Event:2';

export interface EventFile {
  /** Each event is in the hands of the operating system when this answers: a process killed later loses none. */
  readonly append: (what: Event['what'], step: number) => Promise<void>;
}

/**
 * Begins a new event file in a folder. TensorBoard reads the files of a folder in the order of their names, as one history:
 * this one comes after those that are there. It throws away what they have of `firstStep` and later.
 *
 * @throws GanzooError in `scope`, here and from `append`, where the folder or the file cannot be written
 */
export async function beginEventFile(scope: string, folder: string, firstStep: number): Promise<EventFile> {
  let path = folder;
  const append: EventFile['append'] = async (what, step) => {
    try {
      await appendFile(path, record(encodeEvent({ seconds: Date.now() / 1000, step, what })));
    } catch (cause) {
      throw cannotWrite(scope, path, cause);
    }
  };
  try {
    await makeDirectory(folder);
    path = join(folder, await nextName(folder));
    await (await open(path, 'wx')).close();
  } catch (cause) {
    throw cannotWrite(scope, path, cause);
  }
  await append({ version: VERSION }, 0);
  await append({ session: 'start' }, firstStep);
  return { append };
}

/** The time in the name is made later where another file has the same or, since clocks go back, a later one. */
async function nextName(folder: string): Promise<string> {
  const taken = (await readdir(folder)).map((name) => Number(pattern.exec(name)?.[1] ?? 0));
  const seconds = Math.max(Math.floor(Date.now() / 1000), ...taken.map((time) => time + 1));
  const host = hostname().replace(/[^\w.-]/g, '-');
  return `events.out.tfevents.${String(seconds).padStart(10, '0')}.${host}.${process.pid}`;
}
