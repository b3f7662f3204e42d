import type { KernelConfig, Tensor } from '@tensorflow/tfjs';
import { float32, runOp, tensorFlowKernel, type TensorFlowBackend } from './kernel.ts';

type Inputs = { gradient: Tensor; mean: Tensor; square: Tensor; variable: Tensor };
type Attrs = { beta1: number; beta2: number; rate: number; epsilon: number };

/**
 * One update of Adam by TensorFlow's own op, in one pass over memory. It moves resources, so the tensors are put into three
 * of them, and what is in those afterwards comes out as new tensors; TensorFlow copies where somebody holds the old.
 */
const adam = tensorFlowKernel<Inputs, Attrs>('GanzooAdam', ({ gradient, mean, square, variable }, { beta1, beta2, rate, epsilon }, backend) => {
  const [gradientId, ...ids] = backend.getInputTensorIds([gradient, mean, square, variable]) as [number, number, number, number];
  const { resources, scalar } = (kept ??= keep(backend));
  const [m, v, w] = resources;
  resources.forEach((resource, index) => runOp(backend, 'AssignVariableOp', { dtype: float32 }, [resource, ids[index] as number], 0));
  // The corrections of the moments are in the rate already: as if the powers of both betas were down to 0.
  const scalars = [0, 0, rate, beta1, beta2, epsilon].map(scalar);
  runOp(backend, 'ResourceApplyAdam', { T: float32 }, [w, m, v, ...scalars, gradientId], 0);
  return resources.flatMap((resource) =>
    runOp(backend, 'ReadVariableOp', { dtype: float32 }, [resource], 1).map((output) => backend.createOutputTensor(output)),
  );
});

/** What a process keeps: resources for a mean, a square and a variable, and the scalars of late. */
interface Kept {
  readonly resources: readonly [number, number, number];
  readonly scalar: (value: number) => number;
}

let kept: Kept | undefined;

/** More than an update takes. */
const KEPT_SCALARS = 16;

function keep(backend: TensorFlowBackend): Kept {
  const [mean, square, variable] = ['mean', 'square', 'variable'].map(
    (name) => runOp(backend, 'VarHandleOp', { dtype: float32, shape: { shape: [] }, container: '', shared_name: `ganzoo adam ${name}` }, [], 1)[0]?.id,
  ) as [number, number, number];
  const { binding } = backend;
  const scalars = new Map<number, number>();
  const scalar = (value: number): number => {
    const id = scalars.get(value) ?? binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
    // The last used goes last: all variables of an update share theirs, but the rate of the next may be another.
    scalars.delete(value);
    scalars.set(value, id);
    const [oldest] = scalars;
    if (oldest && scalars.size > KEPT_SCALARS) {
      scalars.delete(oldest[0]);
      binding.deleteTensor(oldest[1]);
    }
    return id;
  };
  return { resources: [mean, square, variable], scalar };
}

export const optimizerKernels: readonly KernelConfig[] = [adam];
