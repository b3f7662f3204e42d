import { SingleBar } from 'cli-progress';
import { expectInteger, expectKeys } from '@ganzoo/core';
import type { Callback, Run } from '@ganzoo/core';
import { duration, lossText, measuredText, memoryText, speedometer, speedText } from './progress-text.ts';

const SCOPE = 'node/progress';

/** Reading losses waits for the device, which costs more than showing them. */
const LEAST_SECONDS = 0.25;
/** Without a terminal: a line for each of these shares of the run, and at least every so many seconds. */
const SHARE = 0.05;
const MOST_SECONDS = 10;

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** Looks only at steps that are multiples of this. 1 unless told; however often, it shows at most four times a second. */
  readonly every?: number;
  /** Where it writes. Standard error unless told. */
  readonly stream?: NodeJS.WritableStream;
}

/** How progress is shown: as a bar that is drawn over, or as lines. */
interface Display {
  readonly style: 'parts' | 'sums';
  readonly isDue: (run: Run, sinceLast: number) => boolean;
  readonly start: (run: Run) => void;
  readonly show: (run: Run, text: string) => void;
  /** `text` is about the last step, or says why there are no more. */
  readonly end: (run: Run, text: string) => void;
}

/**
 * A callback that shows how the training goes: step, losses, the critic's accuracy where there is one, what other
 * callbacks measured, real images a second, the time left and the memory of the process. A bar on a terminal; elsewhere a line
 * every 5 % or 10 s.
 *
 * @throws GanzooError on a bad option
 */
export function progress(options: ProgressOptions = {}): Callback {
  expectKeys(SCOPE, options, ['every', 'stream']);
  const { every = 1, stream = process.stderr } = options;
  expectInteger(SCOPE, 'every', every, 1);

  const display = (stream as { isTTY?: boolean }).isTTY ? bar(stream) : lines(stream);
  let speed = speedometer();
  let first = 0;
  let shownAt = 0;
  /** The last of each. */
  let measured: Readonly<Record<string, number>> = {};

  const memory = (): string => memoryText(process.memoryUsage.rss());
  const describe = async (run: Run): Promise<string> => {
    const texts = [lossText(await run.losses(), display.style), measuredText(measured), speedText(speed(run), run.steps - run.step), memory()];
    return texts.filter((text) => text !== '').join(', ');
  };

  return {
    name: 'progress',
    onStart(run) {
      speed = speedometer();
      speed(run);
      first = run.step + 1;
      shownAt = run.seconds;
      measured = {};
      display.start(run);
    },
    async onStep(run) {
      // The first step compiles and allocates: the speed is that of those after it, where there are any.
      if (run.step === first && run.step < run.steps) {
        speed = speedometer();
        speed(run);
      }
      const sinceLast = run.seconds - shownAt;
      // The last step is onEnd's.
      if (run.step >= run.steps || run.step % every !== 0 || sinceLast < LEAST_SECONDS || !display.isDue(run, sinceLast)) return;
      shownAt = run.seconds;
      display.show(run, await describe(run));
    },
    onRecord(_, values) {
      measured = { ...measured, ...values };
    },
    async onEnd(run, failure) {
      let text = '';
      try {
        // After an error the device may be what failed: ask it nothing more.
        if (failure === undefined) text = [await describe(run), `took ${duration(run.seconds)}`].filter((part) => part !== '').join(', ');
        else text = `stopped: ${failure instanceof Error ? failure.message : String(failure)}`;
      } finally {
        display.end(run, text);
      }
    },
  };
}

function bar(stream: NodeJS.WritableStream): Display {
  // `linewrap` cuts the line at the terminal's width. Its other way, like a hidden cursor, needs undoing after Ctrl-C, and
  // its own handler for that would swallow the signal.
  const drawn = new SingleBar({
    // All of it fits into 80 columns.
    format: 'step {value}/{total} [{bar}] {text}',
    stream,
    barsize: 12,
    fps: 8,
    linewrap: true,
    gracefulExit: false,
  });
  return {
    style: 'sums',
    isDue: () => true,
    start: (run) => drawn.start(run.steps, run.step, { text: '' }),
    show: (run, text) => drawn.update(run.step, { text }),
    end(run, text) {
      drawn.update(run.step, { text });
      drawn.stop();
    },
  };
}

function lines(stream: NodeJS.WritableStream): Display {
  let from = 0;
  let shares = 0;
  const sharesOf = (run: Run): number => Math.floor((run.step - from) / ((run.steps - from) * SHARE));
  const write = (run: Run, text: string): void => {
    shares = sharesOf(run);
    stream.write(`step ${run.step}/${run.steps}${text === '' ? '' : `  ${text}`}\n`);
  };
  return {
    style: 'parts',
    isDue: (run, sinceLast) => sinceLast >= MOST_SECONDS || sharesOf(run) > shares,
    start(run) {
      from = run.step;
      shares = 0;
    },
    show: write,
    end: write,
  };
}
