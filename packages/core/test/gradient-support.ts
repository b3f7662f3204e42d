import { enableHigherOrderGradients } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { derivatives, scoreWeight, type Derivatives, type Nd, type Reference } from './float64.ts';
import { backends, use } from './support.ts';

/** An op, and the same in float64. */
export interface Case {
  readonly name: string;
  readonly run: (...xs: never[]) => tf.Tensor;
  readonly reference: Reference;
  readonly inputs: readonly Nd[];
}

export const of = (name: string, run: Case['run'], reference: Reference, ...inputs: Nd[]): Case => ({ name, run, reference, inputs });

/** Tests that both derivatives of each op are right on each backend, and that taking them leaves no tensor behind. */
export function describeDerivatives(cases: readonly Case[], on: readonly string[] = backends): void {
  describe.skipIf(on.length === 0).each(cases)('$name', ({ run, reference, inputs }) => {
    beforeAll(enableHigherOrderGradients);
    let expected: Derivatives | undefined;

    it.each(on)('has right first and second derivatives on %s', async (backend) => {
      await use(backend);
      expected ??= derivatives(reference, inputs);
      const before = tf.memory().numTensors;
      const xs = inputs.map(toTensor);
      await expectDerivatives(() => run(...(xs as never[])), xs, expected);
      tf.dispose(xs);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** Relative to the largest value of each derivative. float32 leaves some 1e-6 and 1e-5 of either. */
const [firstTolerance, secondTolerance] = [1e-4, 2e-4];

export const toTensor = ({ shape, data }: Nd): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);

function score(y: tf.Tensor): tf.Scalar {
  const weights = tf.tensor(
    Float32Array.from({ length: y.size }, (_, k) => scoreWeight(k)),
    y.shape,
  );
  return tf.sum(tf.mul(weights, tf.add(y, tf.mul(tf.square(y), 0.5))));
}

const gradients = (f: () => tf.Scalar, xs: readonly tf.Tensor[]): tf.Tensor[] => tf.tidy(() => tf.engine().gradients(f, [...xs]).grads);

/** Holds both derivatives of `run`, a function of all `xs`, against the references. */
export async function expectDerivatives(run: () => tf.Tensor, xs: readonly tf.Tensor[], { first, second }: Derivatives): Promise<void> {
  const [x] = xs as [tf.Tensor];
  await expectClose(
    'first',
    gradients(() => score(run()), xs),
    first,
    firstTolerance,
  );
  const penalty = (): tf.Scalar => tf.sum(tf.square(gradients(() => score(run()), [x])[0] as tf.Tensor));
  await expectClose('second', gradients(penalty, xs), second, secondTolerance);
}

async function expectClose(order: string, got: readonly tf.Tensor[], expected: readonly Float64Array[], tolerance: number): Promise<void> {
  const largestOf = (values: Float64Array): number => Math.max(...values.map(Math.abs));
  const overall = Math.max(...expected.map(largestOf));
  for (const [input, tensor] of got.entries()) {
    const [values, reference] = [await tensor.data(), expected[input] as Float64Array];
    tensor.dispose();
    // Some second derivatives are 0: that of one operand of a maximum by the other.
    const largest = Math.max(largestOf(reference), 1e-3 * overall);
    const worst = Math.max(...reference.map((value, i) => Math.abs((values[i] as number) - value))) / largest;
    expect(worst, `${order} derivative by input ${input}`).toBeLessThan(tolerance);
  }
}
