import { missingForNative, preparedProject } from './project.ts';

/** Before `npm run test:native`: the package named by GANZOO_NATIVE, on a current TensorFlow, for `register.ts` to load. */
export default function prepare(): void {
  const name = process.env['GANZOO_NATIVE'] as string;
  const missing = missingForNative();
  if (missing.length === 0 || process.env['CI'] === 'true') process.env['GANZOO_NATIVE_PROJECT'] = preparedProject(name);
  else console.warn(`NOT RUN: the tests on native TensorFlow (@tensorflow/${name}) need ${missing.join(', ')}.`);
}
