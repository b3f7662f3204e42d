import { runProgram } from './programs.ts';
import { firstLine } from './refusal.ts';

/** What a package computes on. */
export interface Proof {
  /** TensorFlow's. */
  readonly version: string;
  readonly isGpu: boolean;
}

const MARK = 'ganzoo-proof:';

/** Node 23 took away a function that the packages call. */
const PROGRAM = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require(process.argv[1]);
(async () => {
  await tf.ready();
  const product = await tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).data();
  const { binding, isUsingGpuDevice } = tf.backend();
  const result = { backend: tf.getBackend(), product: [...product], version: binding.TF_Version, isGpu: isUsingGpuDevice };
  console.log('${MARK}' + JSON.stringify(result));
})();`;

/** Loads the package in a process of its own, which may crash, and multiplies two matrices with it. @returns what came of it, or why nothing did */
export async function prove(root: string): Promise<Proof | string> {
  const { status, signal, output } = await runProgram(process.execPath, ['-e', PROGRAM, root]);
  if (signal === 'SIGILL') return 'it uses instructions that this processor does not have (it died of SIGILL)';
  if (signal !== undefined) return `it died of ${signal}`;
  const line = output.split('\n').find((line) => line.startsWith(MARK));
  if (status !== 0 || line === undefined) return reason(output);
  const { backend, product, version, isGpu } = JSON.parse(line.slice(MARK.length)) as Proof & { backend: string; product: number[] };
  if (backend !== 'tensorflow') return `it runs on the backend '${backend}'`;
  if (String(product) !== '19,22,43,50') return `it computes nonsense: a product of matrices is ${product.join(', ')}, expected 19, 22, 43, 50`;
  return { version, isGpu };
}

/** The line with the error, out of a stack trace. */
function reason(output: string): string {
  const error = output.split('\n').find((line) => /^\w*Error\b/.test(line));
  return firstLine(error ?? (output.trim() || 'it said nothing'));
}
