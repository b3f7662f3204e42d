import { missingForNative, preparedProject } from '../packages/node/test/native/project.ts';

/**
 * Stands this process in a project with `@tensorflow/tfjs-node` on a current TensorFlow, where `useBackend` finds it: the one
 * that `npm run test:native` keeps, or a new one.
 *
 * @returns what this machine lacks for it
 */
export function enterNativeProject(): string[] {
  const missing = missingForNative();
  if (missing.length === 0) process.chdir(preparedProject('tfjs-node'));
  return missing;
}
