/** A convolution without bias, batch norm and relu. */
export interface Conv {
  readonly kind: 'conv';
  /** In PyTorch's state dicts it has `.conv.weight` and `.bn.*` behind it. */
  readonly name: string;
  /** Channels it makes. */
  readonly filters: number;
  /** Height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly pad: 'same' | 'valid';
}

/** Pooling over 3 x 3. Padding takes no part: neither in the maximum nor in the mean. */
export interface Pool {
  readonly kind: 'max' | 'mean';
  readonly stride: 1 | 2;
  readonly pad: 'same' | 'valid';
}

/** Each branch sees the same input; their channels are joined in order. */
export interface Branches {
  readonly kind: 'branches';
  readonly branches: readonly (readonly Layer[])[];
}

export type Layer = Conv | Pool | Branches;

/** A convolution of stride 1 that keeps height and width. `kernel` is a side, or height and width. */
export function conv(name: string, filters: number, kernel: number | readonly [number, number]): Conv {
  return { kind: 'conv', name, filters, kernel: typeof kernel === 'number' ? [kernel, kernel] : kernel, stride: 1, pad: 'same' };
}

/** A convolution of 3 x 3 without padding. */
export function valid(name: string, filters: number, stride: 1 | 2): Conv {
  return { kind: 'conv', name, filters, kernel: [3, 3], stride, pad: 'valid' };
}

export function branches(...branches: readonly (readonly Layer[])[]): Branches {
  return { kind: 'branches', branches };
}

/** Halves height and width. */
export const maxPoolHalving: Pool = { kind: 'max', stride: 2, pad: 'valid' };
export const maxPool: Pool = { kind: 'max', stride: 1, pad: 'same' };
export const meanPool: Pool = { kind: 'mean', stride: 1, pad: 'same' };
