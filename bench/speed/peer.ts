import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A PyTorch process that runs the twin of a workload when asked. */
export interface Peer {
  readonly torch: string;
  readonly threads: number;
  /** Milliseconds of each step. */
  readonly run: (workload: string, steps: number) => Promise<number[]>;
  /** GFLOP/s of the best matrix product of side `size`. */
  readonly sgemm: (size: number) => Promise<number>;
  readonly close: () => void;
}

/** Starts `../peers/twins.py` with the Python of GANZOO_PYTHON, or python3. It needs torch. */
export async function startPeer(): Promise<Peer> {
  const python = process.env['GANZOO_PYTHON'] ?? 'python3';
  const child = spawn(python, [fileURLToPath(new URL('../peers/twins.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  child.on('error', (error) => (complaint += error.message));

  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The PyTorch twin stopped: ${complaint.trim()}\nInstall torch 2.13 (CPU) for it and name that Python in GANZOO_PYTHON.`);
    return JSON.parse(value as string) as T;
  };
  const ask = <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer<T>();
  };
  const { torch, threads } = await answer<{ torch: string; threads: number }>();
  return {
    torch,
    threads,
    run: async (workload, steps) => (await ask<{ ms: number[] }>({ workload, steps })).ms,
    sgemm: async (size) => (await ask<{ gflops: number }>({ sgemm: size })).gflops,
    close: () => child.stdin.end(),
  };
}
