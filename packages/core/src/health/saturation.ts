import type { Examiner } from '../health.ts';
import type { Run } from '../run-types.ts';

const looks = 6;

/** A discriminator that has told all samples for six looks in a row: its generator has nothing to go by. Of losses that draw no line it cannot be said. */
export function saturation(): Examiner {
  let never = 0;
  return {
    skips: 0,
    async look(run: Run) {
      const accuracies = Object.entries(await run.losses()).filter(([key]) => key.endsWith('/accuracy'));
      never = accuracies.some(([, accuracy]) => accuracy >= 0.9999) ? never + 1 : 0;
      if (never < looks) return undefined;
      return `the discriminator is never wrong any more, so that the generator learns little from it. Lower its learning rate, give its input noise (discriminator({ instanceNoise })), add regularizers: [r1()], or train by a loss without that problem: leastSquares() or wganGp.`;
    },
  };
}
