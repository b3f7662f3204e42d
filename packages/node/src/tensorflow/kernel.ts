import type { KernelConfig, KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs';

/** What is used here of the class behind the backend `tensorflow`, which has no types of its own to import. */
export interface TensorFlowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Binding;
  readonly getInputTensorIds: (tensors: readonly TensorInfo[]) => number[];
  readonly createOutputTensor: (output: Output) => Tensor;
  readonly incRef: (dataId: object) => void;
}

/** TensorFlow's eager ops, by name, on tensors by number. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly executeOp: (name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number) => Output[];
  readonly createTensor: (shape: readonly number[], dtype: number, values: Float32Array | Int32Array) => number;
  readonly deleteTensor: (id: number) => void;
}

interface Output {
  readonly id: number;
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A float has to say that it is one: 1 is an integer to an attribute. */
export type Attributes = Readonly<
  Record<string, boolean | string | number[] | { readonly float: number } | { readonly shape: number[] } | { readonly type: 'float32' | 'int32' }>
>;

export const float32 = { type: 'float32' } as const;
export const int32 = { type: 'int32' } as const;

function attributesOf({ binding }: TensorFlowBackend, attributes: Attributes): Attribute[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value };
    if (Array.isArray(value)) return { name, type: binding.TF_ATTR_INT, value };
    if ('float' in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    if ('shape' in value) return { name, type: binding.TF_ATTR_SHAPE, value: value.shape };
    return { name, type: binding.TF_ATTR_TYPE, value: value.type === 'float32' ? binding.TF_FLOAT : binding.TF_INT32 };
  });
}

/** Runs an op on tensors by number. @returns the numbers of its outputs, which the caller deletes or makes tensors of */
export function runOp(backend: TensorFlowBackend, name: string, attributes: Attributes, inputs: readonly number[], outputs: number): Output[] {
  return backend.binding.executeOp(name, attributesOf(backend, attributes), inputs, outputs);
}

/** Runs an op on tensors. `wanted`: which of its outputs to return, of all it has; the others are deleted. */
export function execute(
  backend: TensorFlowBackend,
  name: string,
  attributes: Attributes,
  inputs: readonly TensorInfo[],
  wanted: readonly boolean[] = [true],
): Tensor[] {
  const made = runOp(backend, name, attributes, backend.getInputTensorIds(inputs), wanted.length);
  return made.flatMap((output, index) => {
    if (wanted[index]) return [backend.createOutputTensor(output)];
    backend.binding.deleteTensor(output.id);
    return [];
  });
}

/** Runs an op of one output that takes a list of sizes among its inputs: as stock does, without a tensor of TensorFlow.js around them. */
export function executeWithSizes(
  backend: TensorFlowBackend,
  name: string,
  attributes: Attributes,
  sizes: readonly number[],
  inputs: (sizes: number) => readonly number[],
): Tensor | undefined {
  const { binding } = backend;
  const id = binding.createTensor([sizes.length], binding.TF_INT32, Int32Array.from(sizes));
  try {
    const [output] = runOp(backend, name, attributes, inputs(id), 1);
    return output && backend.createOutputTensor(output);
  } finally {
    binding.deleteTensor(id);
  }
}

/** A kernel of `@ganzoo/core` by an op of TensorFlow, where core composes it of many. */
export function tensorFlowKernel<Inputs, Attrs>(
  kernelName: string,
  run: (inputs: Inputs, attributes: Attrs, backend: TensorFlowBackend) => Tensor[],
): KernelConfig {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => run(inputs as unknown as Inputs, attrs as unknown as Attrs, backend as TensorFlowBackend);
  return { kernelName, backendName: 'tensorflow', kernelFunc };
}

/** Puts a body in front of a stock kernel, which still runs for the cases that the body declines with undefined. */
export function beforeStock<Inputs, Attrs>(
  kernelName: string,
  run: (inputs: Inputs, attributes: Attrs, backend: TensorFlowBackend) => TensorInfo | undefined,
): KernelWrapper {
  return {
    kernelName,
    wrap(stock) {
      const kernelFunc: KernelFunc = (call) =>
        run(call.inputs as unknown as Inputs, call.attrs as unknown as Attrs, call.backend as TensorFlowBackend) ?? stock.kernelFunc(call);
      return { ...stock, kernelFunc };
    },
  };
}

export interface KernelWrapper {
  readonly kernelName: string;
  readonly wrap: (stock: KernelConfig) => KernelConfig;
}
