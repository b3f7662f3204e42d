import type { TensorInfo } from '@tensorflow/tfjs';
import { beforeStock } from './kernel.ts';

/** Shares the data, as every other backend does: kernels never write to their inputs, and the tape clones a lot. */
export const withSharedIdentity = beforeStock<{ x: TensorInfo }, object>(({ x }, _, backend) => {
  if (x.dtype === 'string') return undefined;
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
});
