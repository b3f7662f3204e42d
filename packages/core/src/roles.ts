import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectOneOf, GanzooError, showShape } from './errors.ts';
import { describeRecipe, liveModel, type ModelRecipe } from './live.ts';
import { describeHyper, expectHyper } from './schedules.ts';
import { inOrder, noisy, packed } from './seen.ts';
import type { Batch, Discriminator, Features, Generator, Hyper, Latents, Live, Logits, Prepare, Rng } from './types.ts';

/** What {@link generator} is made of. */
export interface GeneratorOptions {
  /** From latents `[batch, latentDim]` (and int32 labels `[batch]`, where the model has a second input) to samples. */
  readonly network: ModelRecipe;
  /** Length of a latent vector. */
  readonly latentDim: number;
  /** `normal`: standard normal; `uniform`: in [-1, 1). */
  readonly latents?: 'normal' | 'uniform';
}

/** Makes a generator of any function that builds a `tf.LayersModel`. */
export function generator(options: GeneratorOptions): Generator {
  const scope = 'core/generator';
  expectKeys(scope, options, ['network', 'latentDim', 'latents']);
  const { network, latentDim, latents = 'normal' } = options;
  expectInteger(scope, 'latentDim', latentDim, 1);
  expectOneOf(scope, 'latents', latents, ['normal', 'uniform']);
  expectFunction(scope, network);
  return {
    name: 'generator',
    config: { network: describeRecipe(network), latentDim, latents },
    drawLatents(count, rng, labels) {
      const z = latents === 'normal' ? rng.normal([count, latentDim]) : rng.uniform([count, latentDim], -1, 1);
      return labels ? { z, labels } : { z };
    },
    build(init) {
      const live = liveModel<Latents, { samples: tf.Tensor }>(
        scope,
        network,
        init,
        ({ z, labels }, model) => withLabels(z, labels, model),
        ([samples]) => ({ samples: samples as tf.Tensor }),
      );
      const takes = live.model.inputs[0]?.shape.slice(1) ?? [];
      if (takes.join() === String(latentDim)) return live;
      live.dispose();
      throw new GanzooError(
        scope,
        `latentDim is ${latentDim}, but the model takes latents of shape ${showShape(takes)}. Set latentDim, or the model's inputShape to [${latentDim}].`,
      );
    },
  };
}

/** What {@link discriminator} is made of. */
export interface DiscriminatorOptions<O> {
  /** From samples (and int32 labels `[batch]`, where the model has a second input) to what `read` takes. */
  readonly network: ModelRecipe;
  /** Names the model's outputs. Without it the only output is `logits`, `[batch, 1]`, and what its last layer takes are `features`. */
  readonly read?: (outputs: readonly tf.Tensor[]) => O;
  /** Changes what it sees of both sides, such as an augmentation. */
  readonly prepare?: Prepare;
  /** Standard deviation of normal noise on what it sees of both sides; a schedule counts updates of the player whose turn it is. */
  readonly instanceNoise?: Hyper;
  /** How many samples of one side it judges together (PacGAN), joined along their last axis: the model takes that many channels more. */
  readonly packing?: number;
}

/** Makes a discriminator of any function that builds a `tf.LayersModel` ending in logits, not probabilities. */
export function discriminator<O = Logits & Features>(options: DiscriminatorOptions<O>): Discriminator<O> {
  const scope = 'core/discriminator';
  expectKeys(scope, options, ['network', 'read', 'prepare', 'instanceNoise', 'packing']);
  const { network, read, prepare, instanceNoise, packing = 1 } = options;
  expectFunction(scope, network);
  if (instanceNoise !== undefined) expectHyper(scope, 'instanceNoise', instanceNoise, 0);
  expectInteger(scope, 'packing', packing, 1);
  const prepared = inOrder([prepare, instanceNoise === undefined ? undefined : noisy(instanceNoise), packing > 1 ? packed(packing) : undefined]);
  return {
    name: 'discriminator',
    config: {
      network: describeRecipe(network),
      ...(instanceNoise !== undefined && { instanceNoise: describeHyper(instanceNoise) }),
      ...(packing > 1 && { packing }),
    },
    ...(prepared && { prepare: prepared }),
    ...(packing > 1 && { packing }),
    build(init: Rng): Live<Batch, O> {
      const live = liveModel<Batch, O>(
        scope,
        network,
        init,
        ({ samples, labels }, model) => withLabels(samples, labels, model),
        read ?? (logitsAndFeatures as (outputs: tf.Tensor[]) => O),
        read ? undefined : withLastActivations,
      );
      const outputs = live.model.outputs.map(({ shape }) => shape);
      if (!read && (outputs.length !== 1 || outputs[0]?.slice(1).join() !== '1')) {
        live.dispose();
        throw new GanzooError(
          scope,
          `the discriminator gives ${outputs.map(showShape).join(' and ')}, but logits are [batch, 1]. End the model in a dense layer of 1 unit, or name its outputs with read.`,
        );
      }
      const problem = probabilities(live.model);
      if (problem) {
        live.dispose();
        throw new GanzooError(
          scope,
          `the discriminator ends in ${problem}, but losses here take logits. Remove that activation; where probabilities are wanted, apply tf.sigmoid to the logits.`,
        );
      }
      return live;
    },
  };
}

/** Labels `[batch]`, or `[batch, 1]` where the model's second input has an axis for them. */
function withLabels(main: tf.Tensor, labels: tf.Tensor | undefined, model: tf.LayersModel): tf.Tensor | tf.Tensor[] {
  if (model.inputs.length === 1) return main;
  if (!labels)
    throw new GanzooError(
      'core/networks',
      `the model has ${model.inputs.length} inputs but the batch has no labels. Give a dataset with labels, or a model of one input.`,
    );
  return [main, model.inputs[1]?.shape.length === 2 ? tf.expandDims(labels, 1) : labels];
}

function logitsAndFeatures([logits, features]: tf.Tensor[]): Logits & Features {
  return { logits: logits as tf.Tensor, features: features as tf.Tensor };
}

/** The same layers with a second output: what the last layer that has weights takes. */
function withLastActivations(model: tf.LayersModel): tf.LayersModel {
  const [logits] = model.outputs as [tf.SymbolicTensor];
  const layer = lastLayer(logits, (source) => source.weights.length === 0);
  return model.outputs.length === 1 && layer ? tf.model({ inputs: model.inputs, outputs: [logits, layer.input] }) : model;
}

/** The name of a sigmoid or softmax at the end of the model, the commonest slip of all, seen through layers that only reshape. */
function probabilities(model: tf.LayersModel): string | undefined {
  const [output] = model.outputs as [tf.SymbolicTensor];
  const layer = lastLayer(output, (source) => ['Reshape', 'Flatten', 'Permute', 'Dropout'].includes(source.getClassName()))?.source;
  if (model.outputs.length !== 1 || !layer) return undefined;
  const activation = layer.getClassName() === 'Softmax' ? 'softmax' : (layer.getConfig()['activation'] as string | undefined);
  return ['sigmoid', 'softmax', 'hardSigmoid', 'hard_sigmoid'].includes(activation ?? '') ? `${activation} (layer '${layer.name}')` : undefined;
}

/** The layer that made an output, seen through those to be skipped. */
function lastLayer(
  output: tf.SymbolicTensor,
  skip: (source: tf.layers.Layer) => boolean,
): { readonly source: tf.layers.Layer; readonly input: tf.SymbolicTensor } | undefined {
  for (let at = output; ;) {
    const source = at.sourceLayer;
    const [input] = source?.inboundNodes[at.nodeIndex]?.inputTensors ?? [];
    if (!source || !input) return undefined;
    if (!skip(source)) return { source, input };
    at = input;
  }
}

function expectFunction(scope: string, network: unknown): void {
  if (typeof network !== 'function') {
    throw new GanzooError(
      scope,
      `network must be a function that builds a tf.LayersModel, got ${typeof network}. A built model cannot be rebuilt: pass () => model-building code, or mlp({...}), convGenerator({...}) and the like.`,
    );
  }
}
