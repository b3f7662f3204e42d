import { GanzooError, showShape } from '@ganzoo/core';
import type { WeightTensor } from '../weights/tensor.ts';
import { BATCH_NORM_EPSILON } from './architecture.ts';
import { convolutions, publishedShapes, type PlacedConv } from './parameters.ts';

const SCOPE = 'metrics/inception';

/** The network's own parameters: `NAME/filter` [height, width, in, out], `NAME/bias` [out], `fc/weight` [2048, 1008], `fc/bias`. */
export type FoldedWeights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/** Names and shapes of {@link FoldedWeights}. */
export function foldedShapes(): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, filters, inputs, kernel } of convolutions()) shapes.set(`${name}/filter`, [...kernel, inputs, filters]).set(`${name}/bias`, [filters]);
  const [classes, features] = publishedShapes().get('fc.weight') as [number, number];
  return shapes.set('fc/weight', [features, classes]).set('fc/bias', [classes]);
}

/**
 * Makes of the published weights those that the network runs on: each batch norm is one with its convolution, whose filter
 * it scales and to which it adds a bias, and the layout is TensorFlow's.
 *
 * @throws GanzooError when tensors are missing, of other shapes, or not of this network
 */
export function foldWeights(weights: ReadonlyMap<string, WeightTensor>, name: string): FoldedWeights {
  expectPublished(weights, name);
  const values = (key: string): Float32Array => weights.get(key)?.values as Float32Array;
  const folded = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const conv of convolutions()) {
    const bn = (part: string): Float32Array => values(`${conv.name}.bn.${part}`);
    const mean = bn('running_mean');
    const offset = bn('bias');
    const variance = bn('running_var');
    const scale = Float64Array.from(bn('weight'), (gamma, channel) => gamma / Math.sqrt((variance[channel] as number) + BATCH_NORM_EPSILON));
    const bias = Float32Array.from(scale, (factor, channel) => (offset[channel] as number) - (mean[channel] as number) * factor);
    folded.set(`${conv.name}/filter`, {
      shape: [...conv.kernel, conv.inputs, conv.filters],
      values: scaledFilter(conv, values(`${conv.name}.conv.weight`), scale),
    });
    folded.set(`${conv.name}/bias`, { shape: [conv.filters], values: bias });
  }
  const fc = weights.get('fc.weight') as WeightTensor;
  const [classes, features] = fc.shape as [number, number];
  folded.set('fc/weight', { shape: [features, classes], values: transposed(fc.values as Float32Array, classes, features) });
  folded.set('fc/bias', { shape: [classes], values: values('fc.bias') });
  return folded;
}

/** From [out, in, height, width] to [height, width, in, out], each output channel scaled. */
function scaledFilter({ filters, inputs, kernel: [height, width] }: PlacedConv, values: Float32Array, scale: Float64Array): Float32Array {
  const filter = new Float32Array(values.length);
  const area = height * width;
  let from = 0;
  for (let out = 0; out < filters; out++) {
    const factor = scale[out] as number;
    for (let input = 0; input < inputs; input++) {
      for (let place = 0; place < area; place++) filter[(place * inputs + input) * filters + out] = (values[from++] as number) * factor;
    }
  }
  return filter;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] as number;
  return result;
}

function expectPublished(weights: ReadonlyMap<string, WeightTensor>, name: string): void {
  const shapes = publishedShapes();
  const missing = [...shapes.keys()].filter((key) => !weights.has(key));
  // How many batches a batch norm saw; some copies leave these out.
  const extra = [...weights.keys()].filter((key) => !shapes.has(key) && !key.endsWith('.bn.num_batches_tracked'));
  if (missing.length > 0 || extra.length > 0) {
    const what = [
      missing.length > 0 && `${list(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
      extra.length > 0 && `${list(extra)} ${extra.length === 1 ? 'does' : 'do'} not belong there`,
    ];
    throw new GanzooError(
      SCOPE,
      `'${name}' has not the weights of the FID Inception network: ${what.filter(Boolean).join('; ')}. Pass pytorch-fid's pt_inception-2015-12-05-6726825d.pth; torchvision's and Keras' Inception are other networks.`,
    );
  }
  for (const [key, shape] of shapes) {
    const tensor = weights.get(key) as WeightTensor;
    if (showShape(tensor.shape) !== showShape(shape) || !(tensor.values instanceof Float32Array)) {
      const type = tensor.values instanceof Float32Array ? '' : ' of integers';
      throw new GanzooError(
        SCOPE,
        `'${key}' in '${name}' has the shape ${showShape(tensor.shape)}${type}, expected ${showShape(shape)} of floats. Pass the published file.`,
      );
    }
  }
}

/** The first few names. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => `'${name}'`);
  return names.length > 4 ? `${shown.join(', ')} and ${names.length - 4} more` : shown.join(', ');
}
