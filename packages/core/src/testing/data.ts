import { arrayDataset } from '../data.ts';
import { rng } from '../random.ts';
import type { Dataset } from '../run-types.ts';
import type { Shape } from '../types.ts';

/** Samples that are uniform in a range: nothing can be learnt from them, but anything trained on them. */
export function randomData(count: number, sampleShape: Shape, [least, greatest]: readonly [number, number] = [-1, 1]): Dataset {
  const stream = rng(0).fork('conformance');
  const size = sampleShape.reduce((product, length) => product * length, count);
  const values = Float32Array.from({ length: size }, () => least + ((greatest - least) * stream.integer()) / 2 ** 32);
  return arrayDataset({ name: 'conformance', values, sampleShape });
}
