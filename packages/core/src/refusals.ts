import * as tf from '@tensorflow/tfjs';
import { GanzooError } from './errors.ts';
import { allLayers } from './layers.ts';

interface Refusal {
  readonly because: string;
  readonly cure: string;
}

interface LayerConfig {
  readonly dilationRate?: number | readonly number[];
  readonly padding?: string;
  /** What a wrapper such as TimeDistributed wraps. */
  readonly layer?: { readonly className: string; readonly config: LayerConfig };
}

const dilatable: ReadonlySet<string> = new Set(['Conv1D', 'Conv2D', 'Conv3D', 'SeparableConv2D', 'ConvLSTM2D']);
const needingOurKernels: ReadonlySet<string> = new Set([
  'Conv1D',
  'Conv2D',
  'Conv2DTranspose',
  'ConvLSTM2D',
  'DepthwiseConv2D',
  'Embedding',
  'MaxPooling1D',
  'MaxPooling2D',
  'SeparableConv2D',
]);

/** Throws, by name, when a layer of the model would be trained otherwise than it says, or has a first derivative that is missing or wrong on the active backend and stays so. */
export function refuseUntrainable(scope: string, model: tf.LayersModel): void {
  const backend = tf.getBackend();
  for (const layer of allLayers(model)) {
    const className = layer.getClassName();
    const config = layer.getConfig() as LayerConfig;
    const ignored = Object.keys(config).find((key) => /(Regularizer|Constraint)$/.test(key) && config[key as keyof LayerConfig]);
    if (ignored) {
      throw new GanzooError(
        scope,
        `layer '${layer.name}' (${className}) has a ${ignored}, which only TensorFlow.js's own training applies. Leave it out, and give the GAN a regularizer instead: regularizers: [{ name, config, player, constrain }].`,
      );
    }
    const refusal = refusalOf(className, config, backend);
    if (refusal) {
      throw new GanzooError(scope, `layer '${layer.name}' (${className}) cannot be trained on the ${backend} backend: ${refusal.because}. ${refusal.cure}`);
    }
  }
}

function refusalOf(className: string, config: LayerConfig, backend: string): Refusal | undefined {
  if (config.layer) return refusalOf(config.layer.className, config.layer.config, backend);
  if (dilatable.has(className) && [config.dilationRate ?? 1].flat().some((rate) => rate > 1)) {
    return { because: 'TensorFlow.js has no gradient of a dilated convolution', cure: 'Set dilationRate to 1, and kernelSize higher.' };
  }
  if (className === 'AveragePooling3D' && config.padding === 'same' && backend !== 'tensorflow') {
    return { because: "its gradient is wrong at the borders that padding 'same' makes", cure: "Set padding to 'valid'." };
  }
  if (backend !== 'wasm') return undefined;
  if (className === 'Conv3D' || className === 'Conv3DTranspose') {
    return { because: 'its gradient by the input is wrong there', cure: 'Use another backend, or convolutions in 2 dimensions.' };
  }
  if (needingOurKernels.has(className) && !tf.getKernel(tf.Conv2DBackpropFilter, backend)) {
    return { because: 'kernels of its gradient are missing or wrong there', cure: "Import '@ganzoo/wasm', which has them." };
  }
  return undefined;
}
