import * as tf from '@tensorflow/tfjs';
import { expectInteger, expectKeys, expectOneOf, GanzooError, showShape } from './errors.ts';
import { describeRecipe, liveModel, type ModelRecipe } from './live.ts';
import type { Batch, Discriminator, Generator, Latents, Live, Logits, Prepare, Rng } from './types.ts';

export interface GeneratorOptions {
  /** From latents `[batch, latentDim]` (and int32 labels `[batch]`, where the model has a second input) to samples. */
  readonly network: ModelRecipe;
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

export interface DiscriminatorOptions<O> {
  /** From samples (and int32 labels `[batch]`, where the model has a second input) to what `read` takes. */
  readonly network: ModelRecipe;
  /** Names the model's outputs. Without it the only output is `logits`, `[batch, 1]`. */
  readonly read?: (outputs: readonly tf.Tensor[]) => O;
  readonly prepare?: Prepare;
}

/** Makes a discriminator of any function that builds a `tf.LayersModel` ending in logits, not probabilities. */
export function discriminator<O = Logits>(options: DiscriminatorOptions<O>): Discriminator<O> {
  const scope = 'core/discriminator';
  expectKeys(scope, options, ['network', 'read', 'prepare']);
  const { network, read, prepare } = options;
  expectFunction(scope, network);
  return {
    name: 'discriminator',
    config: { network: describeRecipe(network) },
    ...(prepare && { prepare }),
    build(init: Rng): Live<Batch, O> {
      const live = liveModel<Batch, O>(
        scope,
        network,
        init,
        ({ samples, labels }, model) => withLabels(samples, labels, model),
        read ?? (onlyLogits as (outputs: tf.Tensor[]) => O),
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

function onlyLogits(outputs: tf.Tensor[]): Logits {
  return { logits: outputs[0] as tf.Tensor };
}

/** The name of a sigmoid or softmax at the end of the model, the commonest slip of all, seen through layers that only reshape. */
function probabilities(model: tf.LayersModel): string | undefined {
  let layer = model.outputs.length === 1 ? model.outputs[0]?.sourceLayer : undefined;
  while (layer && ['Reshape', 'Flatten', 'Permute', 'Dropout'].includes(layer.getClassName())) {
    layer = ([layer.input].flat()[0] as tf.SymbolicTensor).sourceLayer;
  }
  if (!layer) return undefined;
  const activation = layer.getClassName() === 'Softmax' ? 'softmax' : (layer.getConfig()['activation'] as string | undefined);
  return ['sigmoid', 'softmax', 'hardSigmoid', 'hard_sigmoid'].includes(activation ?? '') ? `${activation} (layer '${layer.name}')` : undefined;
}

function expectFunction(scope: string, network: unknown): void {
  if (typeof network !== 'function') {
    throw new GanzooError(
      scope,
      `network must be a function that builds a tf.LayersModel, got ${typeof network}. A built model cannot be rebuilt: pass () => model-building code, or mlp({...}), convGenerator({...}) and the like.`,
    );
  }
}
