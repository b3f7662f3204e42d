import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import { gradientCases } from './gradients/cases.ts';
import { layerSubjects } from './gradients/layer-subject.ts';
import { measure, type Measurement, type Slopes, type Subject } from './gradients/measure.ts';
import { judge, report, type GradientReport, type GradientRow, type Reading, type Values } from './gradients/report.ts';
import { higherOrderGradientsEnabled } from './gradients.ts';
import { adoptLayers, allLayers } from './layers.ts';
import { rng } from './random.ts';
import type { Live, Network } from './types.ts';

/**
 * Compares first and second derivatives with central differences on the active backend, as this process has them: call
 * {@link enableHigherOrderGradients} first.
 *
 * Without an argument, those of each op and layer that networks are made of, at small odd shapes. With a network, those
 * of each of its layers at its own shape and weights, in training mode; a recipe is built for it, and disposed of. The
 * network is as it was afterwards, and no tensor is left behind.
 *
 * @throws GanzooError where the network is a {@link Live} without a model, which has no layers to look at.
 */
export async function checkGradients(network?: Live<never, unknown> | Network<never, unknown> | tf.LayersModel): Promise<GradientReport> {
  const rows: GradientRow[] = [];
  const look = async (name: string, kind: string, subjects: readonly Subject[]): Promise<void> => {
    const readings: Reading[] = [];
    for (const { first, second } of measured(subjects, 2)) readings.push({ first: await read(first), second: await read(second) });
    rows.push(judge(name, kind, readings));
  };
  if (network === undefined) {
    for (const { name, kind, open } of gradientCases) await look(name, kind, [open()]);
    return report(rows);
  }
  const live = isModel(network) ? { model: network } : 'build' in network ? network.build(rng(0)) : network;
  try {
    if (!live.model) throw new GanzooError('core/gradients', 'this network has no model, and so no layers to check. checkGradients() checks ops.');
    for (const layer of layersOf(live.model)) await look(layer.name, layer.getClassName(), layerSubjects(layer, rng(0)));
  } finally {
    if ('dispose' in live && live !== network) live.dispose();
  }
  return report(rows);
}

/**
 * Throws unless each layer of a network has a right second derivative on the active backend, as gradient penalties need.
 *
 * Reads from the backend synchronously. Where that cannot be done (WebGPU), a layer is only found when its second derivative
 * is missing, not when it is wrong. A {@link Live} without a model has no layers to look at, and passes.
 *
 * @param scope who asks, for the error: package and topic.
 */
export function assertTwiceDifferentiable(network: Live<never, unknown> | tf.LayersModel, scope: string): void {
  const model = isModel(network) ? network : network.model;
  if (!model) return;
  const wrong = layersOf(model).flatMap((layer) => {
    const readings = measured(layerSubjects(layer, rng(0)), 1).map(({ first, second }) => ({ first: readSync(first), second: readSync(second) }));
    const { ok, reason } = judge(layer.name, layer.getClassName(), readings);
    return ok ? [] : [`layer '${layer.name}' (${layer.getClassName()}): ${reason}`];
  });
  if (wrong.length === 0) return;
  const cure = higherOrderGradientsEnabled()
    ? 'Use layers that checkGradients() finds right, or a regularizer that takes no gradient.'
    : 'Call enableHigherOrderGradients() first.';
  throw new GanzooError(
    scope,
    `the network cannot be differentiated twice on the ${tf.getBackend()} backend, as a gradient penalty does. ${wrong.join('; ')}. ${cure}`,
  );
}

function isModel(network: object): network is tf.LayersModel {
  return Array.isArray((network as tf.LayersModel).layers);
}

/** All that samples go through, each once, with the calls that the trainer gives them. */
function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  adoptLayers(model);
  return [...new Set(allLayers(model))].filter((layer) => !['InputLayer', 'CategoryEncoding'].includes(layer.getClassName()));
}

function measured(subjects: readonly Subject[], draws: number): Measurement[] {
  return subjects.map((subject) => {
    try {
      return measure(subject, rng(0).fork('directions'), draws);
    } catch (error) {
      const thrown = error instanceof Error ? error : new Error(String(error));
      return { first: thrown, second: thrown }; // Not even the layer itself ran.
    } finally {
      subject.dispose();
    }
  });
}

async function read(slopes: Slopes): Promise<Values> {
  if (slopes instanceof Error) return slopes;
  const values = await slopes.data();
  slopes.dispose();
  return values;
}

function readSync(slopes: Slopes): Values {
  if (slopes instanceof Error) return slopes;
  try {
    // WebGPU reads by way of a canvas, where there is one, and gets zeros or NaN in a worker.
    return tf.getBackend() === 'webgpu' ? undefined : slopes.dataSync();
  } catch {
    return undefined;
  } finally {
    slopes.dispose();
  }
}
