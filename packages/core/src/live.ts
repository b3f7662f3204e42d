import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import { adoptLayers, allLayers, isIndependent, roleOf } from './layers.ts';
import { withSeededMathRandom } from './random.ts';
import { refuseUntrainable } from './refusals.ts';
import type { Json, Live, Pass, Rng } from './types.ts';

/** Any function that builds a model. Its name and configuration, where it has them, tell one run from another. */
export type ModelRecipe = ((init: Rng) => tf.LayersModel) & {
  /** Every setting that changes what it builds. */
  readonly config?: Json;
};

/** Gives a model-building function the name and configuration that logs and checkpoints record. */
export function modelRecipe(name: string, config: Json, build: (init: Rng) => tf.LayersModel): ModelRecipe {
  return Object.defineProperties((init: Rng) => build(init), { name: { value: name }, config: { value: config, enumerable: true } }) as ModelRecipe;
}

export function describeRecipe(recipe: ModelRecipe): Json {
  return { name: recipe.name || 'anonymous', config: recipe.config ?? null };
}

const built = new WeakSet<tf.LayersModel>();

/** Builds a model from a recipe and makes a network of it. */
export function liveModel<I, O>(
  scope: string,
  recipe: ModelRecipe,
  init: Rng,
  inputs: (input: I, model: tf.LayersModel) => tf.Tensor | tf.Tensor[],
  outputs: (outputs: tf.Tensor[]) => O,
  /** The same layers with other outputs, to be applied in the model's place. */
  view: (model: tf.LayersModel) => tf.LayersModel = (model) => model,
): Live<I, O> & {
  /** The model that was built. */
  readonly model: tf.LayersModel;
} {
  const model = withSeededMathRandom(init.fork('stock initializers'), () => recipe(init));
  if (typeof model?.apply !== 'function' || !Array.isArray(model.inputs) || !Array.isArray(model.layers)) {
    const got = model === undefined ? 'undefined' : Object.prototype.toString.call(model);
    throw new GanzooError(
      scope,
      `network must return a built tf.LayersModel, got ${got}. Return tf.model(...) or a tf.sequential(...) whose first layer has an inputShape.`,
    );
  }
  if (built.has(model)) {
    throw new GanzooError(
      scope,
      'network returned a model it had returned before, but each network is built anew, an average a second time. Make the model inside the function.',
    );
  }
  built.add(model);
  try {
    refuseUntrainable(scope, model);
  } catch (error) {
    disposeModel(model);
    throw error;
  }
  adoptLayers(model);
  const applied = view(model);
  const { trainable, state } = variablesOf(model);
  return {
    model,
    trainable,
    state,
    independent: isIndependent(model),
    apply(input: I, pass: Pass) {
      const result = withSeededMathRandom(
        pass.rng.fork('stock layers'),
        () => applied.apply(inputs(input, model), { training: pass.training, pass }) as tf.Tensor | tf.Tensor[],
      );
      return outputs([result].flat());
    },
    dispose: () => disposeModel(model),
  };
}

function variablesOf(model: tf.LayersModel): { trainable: Map<string, tf.Variable>; state: Map<string, tf.Variable> } {
  const trainable = new Map<string, tf.Variable>();
  const state = new Map<string, tf.Variable>();
  const seen = new Set<number>();
  for (const [index, layer] of allLayers(model).entries()) {
    const moved = new Set(layer.trainableWeights);
    for (const variable of layer.weights) {
      if (seen.has(variable.id)) continue; // a layer used twice
      seen.add(variable.id);
      const target = moved.has(variable) ? trainable : state;
      const stem = `${index}/${roleOf(variable.originalName)}`;
      let key = stem;
      for (let copy = 1; trainable.has(key) || state.has(key); copy++) key = `${stem}_${copy}`;
      target.set(key, variable.read() as tf.Variable);
    }
  }
  return { trainable, state };
}

/** Disposes what is left of the weights; `model.dispose()` throws when the model is part of another or has been disposed of. */
function disposeModel(model: tf.LayersModel): void {
  for (const layer of allLayers(model)) {
    for (const weight of layer.weights) {
      // Reading a weight that is gone throws.
      const { val } = weight as unknown as { readonly val: tf.Variable };
      if (!val.isDisposed) weight.dispose();
    }
  }
}
