import type { Frame } from '../engine/protocol.ts';
import { lossCaptions } from './captions.ts';
import type { Settings } from '../settings/settings.ts';
import { totals } from './totals.ts';

/** What the picture shows, for those who do not see it. */
export function summary(frame: Frame, settings: Settings): string {
  const { numbers, step } = frame;
  const parts: string[] = [step === 0 ? 'Not trained yet.' : `Step ${step.toLocaleString('en')}.`];
  if (numbers.modes !== undefined && numbers.highQuality !== undefined) {
    parts.push(`${percent(numbers.highQuality)} of the samples lie near a mode; ${numbers.modes} of ${numbers.total} modes have some.`);
  }
  if (numbers.distance !== undefined) parts.push(`Distance to the data ${numbers.distance.toFixed(3)}.`);
  const { discriminator } = totals(frame.losses);
  if (discriminator !== undefined) {
    parts.push(`Discriminator’s loss ${discriminator.toFixed(3).replace('-', '−')}; ${lossCaptions[settings.loss].atOptimum.text} at the optimum.`);
  }
  return parts.join(' ');
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
