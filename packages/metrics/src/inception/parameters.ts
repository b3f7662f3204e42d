import { CLASSES, INPUT_CHANNELS, STAGES } from './architecture.ts';
import type { Conv, Layer } from './layers.ts';

/** A convolution in its place. */
export interface PlacedConv extends Conv {
  /** Channels it is given. */
  readonly inputs: number;
}

/** All convolutions, in order. */
export function convolutions(): PlacedConv[] {
  const all: PlacedConv[] = [];
  const walk = (inputs: number, layers: readonly Layer[]): number => {
    let channels = inputs;
    for (const layer of layers) {
      if (layer.kind === 'conv') {
        all.push({ ...layer, inputs: channels });
        channels = layer.filters;
      } else if (layer.kind === 'branches') {
        const given = channels;
        channels = layer.branches.reduce((sum, branch) => sum + walk(given, branch), 0);
      }
    }
    return channels;
  };
  STAGES.reduce((channels, { layers }) => walk(channels, layers), INPUT_CHANNELS);
  return all;
}

/** Tensors of a batch norm in PyTorch, each of one value a channel. */
const BATCH_NORM = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** Names and shapes of the published weights, in PyTorch's layout: filters [out, in, height, width]. */
export function publishedShapes(): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, filters, inputs, kernel } of convolutions()) {
    shapes.set(`${name}.conv.weight`, [filters, inputs, ...kernel]);
    for (const part of BATCH_NORM) shapes.set(`${name}.bn.${part}`, [filters]);
  }
  shapes.set('fc.weight', [CLASSES, STAGES.at(-1)?.dimensions as number]);
  shapes.set('fc.bias', [CLASSES]);
  return shapes;
}
