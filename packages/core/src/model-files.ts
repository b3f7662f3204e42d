import * as tf from '@tensorflow/tfjs';
import { expectFinite } from './checkpoint.ts';
import { GanzooError } from './errors.ts';

/**
 * The files of a standard TensorFlow.js layers model: `tf.loadLayersModel` opens them with no package of ours.
 *
 * The weights are those of the moment of the call. Throws when one of them is not finite.
 *
 * @param name for errors
 */
export async function modelFiles(model: tf.LayersModel, name: string): Promise<Map<string, Uint8Array>> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  if (!artifacts?.weightData) throw new GanzooError('core/model-files', `'${name}' gave no weights to save.`);
  const { modelTopology, weightSpecs, format, generatedBy } = artifacts;
  const weights = tf.io.CompositeArrayBuffer.join(artifacts.weightData);
  let at = 0;
  for (const { name: weight, shape } of weightSpecs ?? []) {
    const size = shape.reduce((product, side) => product * side, 1);
    expectFinite(`${name}/${weight}`, new Float32Array(weights, at, size));
    at += 4 * size;
  }
  const manifest = { modelTopology, format, generatedBy, convertedBy: null, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  return new Map([
    ['weights.bin', new Uint8Array(weights)],
    ['model.json', new TextEncoder().encode(JSON.stringify(manifest))],
  ]);
}
