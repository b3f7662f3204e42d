import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** A kernel's body with its inputs and attributes named, which the registry leaves as maps of anything. */
export type KernelBody<Inputs, Attrs, Result> = (inputs: Inputs, attrs: Attrs, backend: BackendWasm) => Result;

export function wasmKernel<Inputs, Attrs, Result extends TensorInfo | TensorInfo[] = TensorInfo>(
  kernelName: string,
  run: KernelBody<Inputs, Attrs, Result>,
): KernelConfig {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => run(inputs as unknown as Inputs, attrs as unknown as Attrs, backend as BackendWasm);
  return { kernelName, backendName: 'wasm', kernelFunc };
}

/** Puts a body in front of a stock kernel, which still runs for the cases the body declines with undefined. */
export function beforeStock<Inputs, Attrs>(run: KernelBody<Inputs, Attrs, TensorInfo | undefined>): (stock: KernelConfig) => KernelConfig {
  return (stock) => {
    const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) =>
      run(inputs as unknown as Inputs, attrs as unknown as Attrs, backend as BackendWasm) ?? stock.kernelFunc({ inputs, attrs: attrs ?? {}, backend });
    return { ...stock, kernelFunc };
  };
}
