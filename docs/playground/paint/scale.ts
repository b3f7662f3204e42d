import { lossCaptions } from '../words/captions.ts';
import type { Loss } from '../settings/choices.ts';

/** How scores become colours: from -1, surely fake, to 1, surely real. */
export interface Scale {
  readonly shade: (score: number) => number;
  /** What stands at the ends and in the middle of the legend. */
  readonly labels: readonly [low: string, middle: string, high: string];
  /** Scores at which the map has lines. */
  readonly levels: readonly number[];
  /** The line between real and fake, where the loss draws one. */
  readonly boundary?: number;
}

const lines = 9;

/**
 * The scale for a loss. Where its scores mean something by themselves the colours do too, so that an undecided
 * discriminator is pale; where only differences do, they span what there is.
 */
export function scaleOf(loss: Loss, scores: Float32Array): Scale {
  const sorted = scores.filter(Number.isFinite).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [least, most] = [at(0.02), at(0.98)];
  const levels = most > least ? Array.from({ length: lines }, (_, i) => least + ((i + 0.5) / lines) * (most - least)) : [];
  const { boundary } = lossCaptions[loss];
  if (boundary === undefined) {
    const middle = at(0.5);
    const spread = Math.max(most - middle, middle - least, 1e-9);
    const labels = [short(least), short(middle), short(most)] as const;
    return { shade: (score) => clamp((score - middle) / spread), labels, levels };
  }
  const shade = {
    minimax: probability,
    nonSaturating: probability,
    leastSquares: (score: number) => 2 * score - 1,
    hinge: (score: number) => score,
  }[loss as 'minimax' | 'nonSaturating' | 'leastSquares' | 'hinge'];
  const labels = loss === 'hinge' ? (['−1', '0', '1'] as const) : (['0', '½', '1'] as const);
  return { shade: (score) => clamp(shade(score)), labels, levels, boundary };
}

/** `2 σ - 1` */
function probability(logit: number): number {
  return Math.tanh(logit / 2);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}

function short(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}
