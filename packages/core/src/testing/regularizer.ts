import { expectKeys } from '../errors.ts';
import { Trainer } from '../trainer.ts';
import type { Discriminator, Features, Logits, Regularizer, Shape } from '../types.ts';
import { failure, onEachBackend, SCOPE, type Check, type SuiteOptions } from './check.ts';
import { constraintChecks, type Constraint } from './constraint.ts';
import { randomData } from './data.ts';
import { expectDescribed, expectNoLeak } from './expect.ts';
import { penaltyChecks, type Penalty } from './penalty.ts';
import { ganWith, type Subject } from './regularizer-bench.ts';

/** The regularizer that {@link regularizerSuite} checks. */
export interface RegularizerSuiteOptions<O> extends SuiteOptions {
  /** Makes the regularizer, anew for each check. */
  readonly make: () => Regularizer<O>;
  /** Of the samples it is tried on. `[2]` unless told; images where it takes nothing else. */
  readonly sampleShape?: Shape;
  /** Takes samples of that shape. Unless told a multilayer perceptron that returns `{ logits, features }`. */
  readonly discriminator?: Discriminator<O>;
}

/** What a regularizer must do: a penalty reach the weights it is to move, and nothing else; a constraint hold them where they are. */
export function regularizerSuite(options: RegularizerSuiteOptions<Logits & Features>): readonly Check[];
export function regularizerSuite<O>(options: RegularizerSuiteOptions<O> & { readonly discriminator: Discriminator<O> }): readonly Check[];
export function regularizerSuite<O>(options: RegularizerSuiteOptions<O>): readonly Check[] {
  expectKeys(SCOPE, options, ['make', 'sampleShape', 'discriminator', 'backends']);
  const { make, sampleShape = [2], discriminator } = options;
  const subject: Subject<O> = { sampleShape, ...(discriminator && { discriminator }) };
  const own = 'penalty' in make() ? penaltyChecks(make as () => Penalty<O>, subject) : constraintChecks(make as () => Constraint<O>, subject);
  return onEachBackend(options, {
    ...own,
    'a trainer takes it': () => trains(make(), subject),
    'its name and configuration are plain JSON': async () => expectDescribed('the regularizer', make()),
  });
}

async function trains<O>(regularizer: Regularizer<O>, subject: Subject<O>): Promise<void> {
  const data = randomData(8, subject.sampleShape);
  await expectNoLeak('a training with it', async () => {
    const trainer = new Trainer(ganWith(regularizer, subject));
    try {
      await trainer.fit(data, { steps: 2, batchSize: 4 });
      const reported = Object.keys(await trainer.losses());
      const key = `${regularizer.player}/${regularizer.name}`;
      if ('constrain' in regularizer || reported.includes(key)) return;
      throw failure(`the term to be reported as '${key}'`, reported.join(', '), 'Give the regularizer a name of its own.');
    } finally {
      trainer.dispose();
    }
  });
}
