import { GanzooError } from '@ganzoo/core';
import { isSafetensors, readSafetensors } from './safetensors.ts';
import type { WeightTensor } from './tensor.ts';
import { isTorchFile, readTorchStateDict } from './torch.ts';

/**
 * Reads the tensors of a weights file by name: a `.pth` state dict of PyTorch (either of its formats) or safetensors, told
 * apart by content. Nothing in the file is executed.
 *
 * @param name what errors call the file
 * @throws GanzooError when it is neither, or not whole
 */
export function readWeights(bytes: Uint8Array, name: string): Map<string, WeightTensor> {
  if (isTorchFile(bytes)) return readTorchStateDict(bytes, name);
  if (isSafetensors(bytes)) return readSafetensors(bytes, name).tensors;
  throw new GanzooError(
    'metrics/weights',
    `'${name}' (${bytes.length} bytes) is neither a .pth of PyTorch nor safetensors: it begins with ${JSON.stringify(start(bytes))}. Pass one of these; a web page under that name is no weights file.`,
  );
}

function start(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 16));
}
