import * as tf from '@tensorflow/tfjs';

interface TapeNode {
  readonly outputs: readonly tf.Tensor[];
}

interface Recorder {
  addTapeNode: (name: string, inputs: object, outputs: tf.Tensor[], gradient: unknown, saved: tf.Tensor[], attributes: unknown) => void;
  readonly state: { readonly activeTape: TapeNode[] };
}

const repaired = new WeakSet<object>();

/**
 * Records an op before the copies that its gradient saves, so that an outer tape sees what a saved output came from.
 *
 * Stock records the copies first, and takes the copy of an output for a constant: tanh, sigmoid, exp, softmax and every
 * `tf.customGrad` that saves what it computed then have second derivatives that are silently wrong
 * (https://github.com/tensorflow/tfjs/issues/3252).
 */
export function repairTapeOrder(): void {
  const engine = tf.engine() as unknown as Recorder;
  if (repaired.has(engine)) return;
  repaired.add(engine);
  const record = engine.addTapeNode;
  engine.addTapeNode = (name, inputs, outputs, gradient, saved, attributes) => {
    record.call(engine, name, inputs, outputs, gradient, saved, attributes);
    const tape = engine.state.activeTape;
    const last = tape.length - 1;
    let place = last;
    while (place > 0 && saved.includes(tape[place - 1]?.outputs[0] as tf.Tensor)) place--;
    if (place < last) tape.splice(place, 0, tape.pop() as TapeNode);
  };
}
