import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { registerTensorFlowKernels } from '../../src/tensorflow/register.ts';

/** Registers the backend `tensorflow`, with the kernels of this package, in each file of `npm run test:native`. */
const project = process.env['GANZOO_NATIVE_PROJECT'];
if (project !== undefined) {
  const repaired = util as { isNullOrUndefined?: (value: unknown) => boolean };
  repaired.isNullOrUndefined ??= (value) => value === null || value === undefined;
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  createRequire(join(project, 'here.js'))(`@tensorflow/${process.env['GANZOO_NATIVE']}`);
  registerTensorFlowKernels();
  // Whatever backend a test takes, it takes this one.
  const engine = tf.engine();
  const setBackend = engine.setBackend.bind(engine);
  engine.setBackend = (name) => setBackend(['cpu', 'wasm'].includes(name) ? 'tensorflow' : name);
}
