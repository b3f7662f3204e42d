import type * as tf from '@tensorflow/tfjs';
import { showShape } from './errors.ts';
import { allLayers } from './layers.ts';
import { rng } from './random.ts';
import type { Gan } from './game-types.ts';
import type { Shape } from './types.ts';

/** One layer of a network. */
export interface LayerSummary {
  /** TensorFlow.js's name of it, which differs from process to process. */
  readonly name: string;
  /** Its class, such as `Conv2D`. */
  readonly type: string;
  /** Without the batch dimension. */
  readonly outputShape: Shape;
  /** Weights, those that move by themselves included. */
  readonly parameters: number;
  /** Of one sample's forward pass: 2 for each multiply-add of dense and convolution layers, 0 for the rest. */
  readonly flops: number;
}

/** One network of a GAN. */
export interface NetworkSummary {
  /** Its name in the game: `generator`, `discriminator`. */
  readonly name: string;
  /** In the model's order. */
  readonly layers: readonly LayerSummary[];
  /** The sum over its layers. */
  readonly parameters: number;
  /** Of one sample's forward pass, the sum over its layers. */
  readonly flops: number;
}

/** What {@link summary} tells of a GAN. */
export interface GanSummary {
  /** Every network of the game. */
  readonly networks: readonly NetworkSummary[];
  /** A table to print. */
  toString(): string;
}

/** Layers, shapes, parameters and FLOPs of each network. Builds them once and disposes them. */
export function summary<B>(gan: Gan<B>): GanSummary {
  const networks = Object.entries(gan.networks).map(([name, network]) => {
    const live = network.build(rng(0));
    try {
      const layers = live.model ? allLayers(live.model).map(summarizeLayer) : [];
      return { name, layers, parameters: total(layers, 'parameters'), flops: total(layers, 'flops') };
    } finally {
      live.dispose();
    }
  });
  return { networks, toString: () => networks.map(table).join('\n\n') };
}

function summarizeLayer(layer: tf.layers.Layer): LayerSummary {
  const outputShape = shapeOf(layer.outputShape);
  return {
    name: layer.name,
    type: layer.getClassName(),
    outputShape,
    parameters: layer.countParams(),
    flops: 2 * multiplyAdds(layer, outputShape),
  };
}

function shapeOf(shape: tf.Shape | tf.Shape[]): number[] {
  const first = (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
  return first.slice(1).map((size) => size ?? 1);
}

/** Each weight of a convolution is used once for every position it is laid on: of the output, or of a transposed one's input. */
function multiplyAdds(layer: tf.layers.Layer, outputShape: Shape): number {
  const kernels = layer.weights.filter((weight) => weight.originalName.endsWith('kernel')).reduce((sum, weight) => sum + product(weight.shape as number[]), 0);
  const type = layer.getClassName();
  if (type === 'Dense') return kernels * product(outputShape.slice(0, -1));
  if (!type.includes('Conv')) return 0;
  const positions = type.includes('Transpose')
    ? shapeOf(layer.input instanceof Array ? (layer.input[0] as tf.SymbolicTensor).shape : layer.input.shape)
    : outputShape;
  return kernels * product(positions.slice(0, -1));
}

function product(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}

function total(layers: readonly LayerSummary[], key: 'parameters' | 'flops'): number {
  return layers.reduce((sum, layer) => sum + layer[key], 0);
}

function table({ name, layers, parameters, flops }: NetworkSummary): string {
  const format = (value: number): string => value.toLocaleString('en-US');
  const rows = [
    ['layer', 'output', 'parameters', 'FLOPs'],
    ...layers.map((layer) => [layer.type, showShape(layer.outputShape), format(layer.parameters), format(layer.flops)]),
    ['total', '', format(parameters), format(flops)],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number))).join('  ');
  return [name, ...rows.map(line)].join('\n');
}
