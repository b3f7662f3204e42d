import * as tf from '@tensorflow/tfjs';
import { readVariables } from './checkpoint.ts';
import { GanzooError } from './errors.ts';

/**
 * The files of a standard TensorFlow.js layers model: `tf.loadLayersModel` opens them with no package of ours.
 *
 * @param name for errors
 */
export async function modelFiles(model: tf.LayersModel, name: string): Promise<Map<string, Uint8Array>> {
  await readVariables(new Map(model.weights.map((weight) => [`${name}/${weight.name}`, weight.read()])));
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  if (!artifacts?.weightData) throw new GanzooError('core/model-files', `'${name}' gave no weights to save.`);
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = artifacts;
  const manifest = { modelTopology, format, generatedBy, convertedBy: null, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  return new Map([
    ['weights.bin', new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData))],
    ['model.json', new TextEncoder().encode(JSON.stringify(manifest))],
  ]);
}
