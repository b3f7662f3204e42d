import type { KernelConfig, KernelFunc, NamedAttrMap, Tensor } from '@tensorflow/tfjs';

type Pair = readonly [rows: number, columns: number];
type Attrs = {
  readonly pad: 'same' | 'valid' | number | object;
  readonly strides: Pair | number;
  readonly dilations?: Pair | number | null;
  readonly filterSize?: Pair | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

/**
 * Two paddings break in the stock kernels. With a numeric pad, core derives the width of the output
 * from the height of the window and its stride, and XNNPACK then writes past the tensor. With 'same'
 * and a window shorter than its stride, XNNPACK pads by a negative number. Padding spelled out per
 * side has neither flaw.
 */
export function withExplicitPadding(stock: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const typed = attrs as unknown as Attrs;
    if (typed.pad !== 'same' && typeof typed.pad !== 'number') return stock.kernelFunc({ inputs, attrs: attrs!, backend });
    const { x, filter } = inputs as unknown as { x: Tensor; filter?: Tensor };
    const window = pair(filter === undefined ? typed.filterSize : [filter.shape[0]!, filter.shape[1]!]);
    const strides = pair(typed.strides);
    const dilations = pair(typed.dilations);
    const side = (axis: 0 | 1): Pair => {
      const input = x.shape[axis + 1]!;
      const reach = (window[axis] - 1) * dilations[axis] + 1;
      if (typeof typed.pad === 'number') return numericPadding(input, reach, strides[axis], typed.pad, typed.dimRoundingMode);
      return samePadding(input, reach, strides[axis]);
    };
    const pad = [[0, 0], side(0), side(1), [0, 0]];
    return stock.kernelFunc({ inputs, attrs: { ...attrs, pad } as unknown as NamedAttrMap, backend });
  };
  return { ...stock, kernelFunc };
}

/** XNNPACK only rounds down: rounding up takes as much more padding as the last window lacks. */
function numericPadding(input: number, window: number, stride: number, pad: number, mode: Attrs['dimRoundingMode']): Pair {
  const steps = (input + 2 * pad - window) / stride;
  const last = mode === 'ceil' ? Math.ceil(steps) : mode === 'round' ? Math.round(steps) : Math.floor(steps);
  return [pad, Math.max(pad, last * stride + window - input - pad)];
}

function samePadding(input: number, window: number, stride: number): Pair {
  const total = Math.max((Math.ceil(input / stride) - 1) * stride + window - input, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

function pair(value: Pair | number | null | undefined): Pair {
  if (typeof value === 'number') return [value, value];
  return value ?? [1, 1];
}
