import { spawn } from 'node:child_process';

/** Tells the user something, as one line. */
export type Say = (line: string) => void;

export interface Ended {
  /** Undefined where it could not be started, or was killed. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly isMissing: boolean;
  readonly stdout: string;
  /** All it wrote, as it came. */
  readonly output: string;
}

/** Runs a program to its end. Never throws. */
export function runProgram(file: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve) => {
    let [stdout, output] = ['', ''];
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      resolve({ status: undefined, signal: undefined, isMissing, stdout, output: error.message });
    });
    child.on('close', (status, signal) => resolve({ status: status ?? undefined, signal: signal ?? undefined, isMissing: false, stdout, output }));
  });
}

/** The first of these programs that answers to `args`. */
export async function firstProgram(files: readonly string[], args: readonly string[]): Promise<{ file: string; stdout: string } | undefined> {
  for (const file of files) {
    const { status, stdout } = await runProgram(file, args);
    if (status === 0) return { file, stdout };
  }
  return undefined;
}

const TICK_SECONDS = 10;

/** Says what begins, that it goes on, and how long it took. */
export async function step<T>(say: Say, what: string, task: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(0);
  say(`${what} ...`);
  const timer = setInterval(() => say(`${what} ... ${seconds()} s`), TICK_SECONDS * 1000);
  try {
    const result = await task();
    say(`${what}: ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
