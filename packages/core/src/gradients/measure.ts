import * as tf from '@tensorflow/tfjs';
import { disposeTape } from '../kernels.ts';
import type { Rng } from '../types.ts';

/** Something to differentiate: a function of tensors that may move and of variables. */
export interface Subject {
  readonly inputs: readonly tf.Tensor[];
  readonly variables: readonly tf.Variable[];
  readonly apply: (inputs: readonly tf.Tensor[]) => tf.Tensor[];
  /** Gives back the tensors it holds. */
  readonly dispose: () => void;
}

/** `[directions, 3]`: a slope by differences, the same by the gradient, and how large slopes are here. Or what was thrown. */
export type Slopes = tf.Tensor | Error;

export interface Measurement {
  readonly first: Slopes;
  /** Of the gradient by the inputs, which is what a gradient penalty differentiates. */
  readonly second: Slopes;
}

/** Inputs are about 1, and variables move by a share of their size. Small enough for the curvature, large enough for float32. */
const step = 0.005;

/** Moves all inputs, or all variables. */
interface Direction {
  readonly inputs?: readonly tf.Tensor[];
  readonly variables?: readonly tf.Tensor[];
}

/** What a subject returns one step ahead, one behind, two ahead and two behind: for each, its outputs. */
type Line = readonly (readonly tf.Tensor[])[];

/**
 * Compares both derivatives of a subject with central differences along random directions. The caller disposes the result.
 *
 * What is differentiated is `sum(c * (y + y^2 / 2))` for random signs c: curved, so that its second derivative also says
 * whether the gradient of a linear op can be differentiated. Outputs near a kink have no derivative, and get a c of 0.
 *
 * @param draws how many directions of the inputs, and of the variables, the first derivative is compared along.
 */
export function measure(subject: Subject, rng: Rng, draws: number): Measurement {
  const { inputs, variables, apply } = subject;
  const all = [...inputs, ...variables];
  return tf.tidy(() => {
    const signs = (like: tf.Tensor): tf.Tensor => tf.sub(tf.mul(tf.step(rng.uniform(like.shape, -1, 1)), 2), 1);
    const draw = (): Direction[] => [
      ...(inputs.length > 0 ? [{ inputs: inputs.map(signs) }] : []),
      ...(variables.length > 0 ? [{ variables: variables.map((variable) => tf.mul(signs(variable), size(variable))) }] : []),
    ];
    const directions = Array.from({ length: draws }, draw);
    const here = apply(inputs);
    const lines = directions.flat().map((direction) => [1, -1, 2, -2].map((times) => moved(subject, direction, times * step, apply)));
    const weights = here.map((y, index) => lines.reduce((c, line) => tf.mul(c, withoutKinks(y, line, index)), signs(y)));
    const score = (outputs: readonly tf.Tensor[]): tf.Scalar => addUp(weights.map((c, index) => tf.mul(c, bend(outputs[index] as tf.Tensor))));

    const first = attempt(() => {
      const gradients = gradientsOf(() => score(apply(inputs)), all);
      const least = norm(here.map((y, index) => tf.mul(weights[index] as tf.Tensor, tf.add(y, 1))));
      return directions.flat().map((direction, index) => compare(subject, direction, slopeAlong(lines[index] as Line, weights), gradients, least));
    });

    const second = attempt(() => {
      // What takes indices has no gradient by its input; a penalty then reaches it by its weights.
      const byInputs = inputs.length > 0;
      const projections = (byInputs ? inputs : variables).map(signs);
      const slopes = (at: readonly tf.Tensor[]): tf.Tensor[] => gradientsOf(() => score(apply(at)), byInputs ? at : variables);
      const project = (gradients: readonly tf.Tensor[]): tf.Scalar => addUp(projections.map((each, index) => tf.mul(each, gradients[index] as tf.Tensor)));
      const gradients = gradientsOf(() => project(slopes(inputs)), all);
      const least = norm(slopes(inputs));
      return (directions[0] as Direction[]).map((direction) => {
        const [ahead, behind] = [1, -1].map((sign) => moved(subject, direction, sign * step, slopes)) as [tf.Tensor[], tf.Tensor[]];
        const change = project(ahead.map((slope, index) => tf.sub(slope, behind[index] as tf.Tensor)));
        return compare(subject, direction, tf.div(change, 2 * step), gradients, least);
      });
    });
    return { first, second } as Measurement & tf.TensorContainerObject;
  });
}

/** A row of {@link Slopes}. `least` is what slopes elsewhere are like: a thousandth of it counts as 0. */
function compare({ inputs, variables }: Subject, direction: Direction, slope: tf.Scalar, gradients: readonly tf.Tensor[], least: tf.Scalar): tf.Tensor {
  const moves = [...(direction.inputs ?? inputs.map(() => undefined)), ...(direction.variables ?? variables.map(() => undefined))];
  const products = moves.flatMap((move, index) => (move ? [tf.mul(gradients[index] as tf.Tensor, move)] : []));
  return tf.stack([slope, addUp(products), tf.maximum(norm(products), tf.mul(least, 1e-3))]);
}

/** Of the score, by Richardson's extrapolation from both steps, whose error falls with their fourth power. */
function slopeAlong(line: Line, weights: readonly tf.Tensor[]): tf.Scalar {
  const change = (at: number): tf.Scalar =>
    addUp(weights.map((c, index) => tf.mul(c, tf.sub(bend(line[at]?.[index] as tf.Tensor), bend(line[at + 1]?.[index] as tf.Tensor)))));
  return tf.div(tf.sub(tf.mul(change(0), 8), change(2)), 12 * step);
}

function bend(y: tf.Tensor): tf.Tensor {
  return tf.add(y, tf.mul(tf.square(y), 0.5));
}

function addUp(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.addN(tensors.map((tensor) => tf.sum(tensor))) as tf.Scalar;
}

function norm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(addUp(tensors.map((tensor) => tf.square(tensor))));
}

/** The root mean square of a variable; 0.1 for one that is 0. */
function size(variable: tf.Tensor): tf.Tensor {
  const value = tf.sqrt(tf.mean(tf.square(variable)));
  return tf.add(value, tf.mul(tf.sub(1, tf.step(value)), 0.1));
}

/**
 * 1 where five equidistant values are those of a smooth function: a kink shows in their third or fourth differences, in
 * proportion to the step, to which smooth curves contribute by its third and fourth power.
 */
function withoutKinks(here: tf.Tensor, line: Line, index: number): tf.Tensor {
  const [ahead, behind, far, farBehind] = line.map((outputs) => outputs[index]) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const change = tf.sub(far, farBehind);
  const third = tf.sub(change, tf.mul(tf.sub(ahead, behind), 2));
  const fourth = tf.add(tf.sub(tf.add(far, farBehind), tf.mul(tf.add(ahead, behind), 4)), tf.mul(here, 6));
  const allowed = tf.mul(tf.sqrt(tf.mean(tf.square(change))), 0.02);
  return tf.sub(1, tf.step(tf.sub(tf.add(tf.abs(third), tf.abs(fourth)), allowed)));
}

/** Runs with inputs or variables moved, and puts the variables back. */
function moved<T>({ inputs, variables }: Subject, direction: Direction, by: number, run: (inputs: readonly tf.Tensor[]) => T): T {
  const originals = direction.variables ? variables.map((variable) => tf.clone(variable)) : [];
  try {
    originals.forEach((value, index) => variables[index]?.assign(tf.add(value, tf.mul(direction.variables?.[index] as tf.Tensor, by))));
    return run(direction.inputs ? inputs.map((x, index) => tf.add(x, tf.mul(direction.inputs?.[index] as tf.Tensor, by))) : inputs);
  } finally {
    originals.forEach((value, index) => variables[index]?.assign(value));
  }
}

/** By each of `xs`; zeros where the score does not depend on it. */
function gradientsOf(score: () => tf.Scalar, xs: readonly tf.Tensor[]): tf.Tensor[] {
  const { grads } = tf.engine().gradients(score, [...xs], undefined, true);
  return grads.map((gradient, index) => gradient ?? tf.zerosLike(xs[index] as tf.Tensor));
}

function attempt(run: () => tf.Tensor[]): Slopes {
  try {
    return tf.tidy(() => tf.stack(run()));
  } catch (error) {
    disposeTape();
    return error instanceof Error ? error : new Error(String(error));
  }
}
