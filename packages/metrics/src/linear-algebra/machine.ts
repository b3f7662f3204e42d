import { CompiledMachine } from './compiled.ts';
import { interpret } from './interpreter.ts';
import type { Program } from './program.ts';

/** A program with its heap. */
export interface Machine {
  /** Inputs are written here before a run, results read after it. */
  readonly heap: Float64Array;
  /** Runs the program on this thread, a few milliseconds between one step and the next; yields the share done. */
  steps(): Generator<number, void>;
}

/** The fastest machine there is on one thread. */
export function openMachine(program: Program): Machine {
  return CompiledMachine.open(program, false) ?? new InterpretedMachine(program);
}

class InterpretedMachine implements Machine {
  readonly heap: Float64Array;
  readonly #program: Program;

  constructor(program: Program) {
    this.heap = new Float64Array(program.size);
    this.#program = program;
  }

  *steps(): Generator<number, void> {
    let before = 0;
    for (const { operation, cost } of this.#program.steps) {
      for (const share of interpret(this.heap, operation)) yield (before + share * cost) / this.#program.cost;
      before += cost;
    }
  }
}
