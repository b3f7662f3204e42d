import { open, stat } from 'node:fs/promises';

/** A stretch of a log, to the end of a line. */
export interface Stretch {
  readonly lines: readonly string[];
  /** Bytes of the file up to its end. */
  readonly end: number;
}

/** What a file has from a byte on, which begins a line; undefined where it is shorter than that, and so another one. */
export async function linesFrom(path: string, from: number): Promise<Stretch | undefined> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size < from) return undefined;
  if (size === from) return { lines: [], end: from };
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    // The rest is a line that is being written.
    const whole = bytes.subarray(0, bytesRead).lastIndexOf(10) + 1;
    return { lines: bytes.toString('utf8', 0, whole).split('\n').slice(0, -1), end: from + whole };
  } finally {
    await file.close();
  }
}
