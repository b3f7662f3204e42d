import type { Backend, Failure } from '../engine/protocol.ts';
import type { Settings } from '../settings/settings.ts';

/** A failure in words: what happened, and what to try. */
export function failureInWords(failure: Failure, settings: Settings, backend: Backend): string {
  if (failure.kind === 'backend') {
    return `${failure.message} The playground computes with WebAssembly in a worker; a current Firefox, Chrome, Edge or Safari can. If it can, check the network and reload the page.`;
  }
  if (failure.kind === 'diverged') return `${diverged(failure)} Training has stopped. Try ${remedies(settings).join(', or ')}; then press Reset.`;
  const other = backend === 'webgpu' ? 'Compute with WebAssembly, or press Reset' : 'Press Reset';
  return `Training has stopped: ${failure.message} ${other} to begin anew.`;
}

function diverged({ step, terms = [] }: Failure): string {
  const [player, term] = (terms[0] ?? 'discriminator/loss').split('/');
  return `The ${player}’s loss (${term}) became infinite or not a number at step ${step}: the game has blown up.`;
}

function remedies({ generatorRate, discriminatorRate, loss, regularizer }: Settings): string[] {
  const found: string[] = [];
  if (Math.max(generatorRate, discriminatorRate) > 1e-3) found.push('lower learning rates');
  if (regularizer === 'none') found.push('a regularizer');
  if (regularizer !== 'none' && regularizer !== 'weightClipping') found.push('a smaller weight of the penalty');
  if (loss === 'wasserstein' && regularizer === 'weightClipping') found.push('a smaller limit');
  return [...found, 'another loss'];
}
