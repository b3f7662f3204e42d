import type { Json } from '@ganzoo/core';
import { duration } from '../progress-text.ts';
import type { RunLog } from './run-log.ts';

/** What stands above a page of a run: `dcgan on mnist`. */
export function titleOf({ header }: RunLog, config: Readonly<Record<string, Json>> | undefined): string {
  const gan = nameIn(config?.['gan']) ?? nameIn(header['gan']) ?? 'A run';
  const dataset = nameIn(config?.['dataset']);
  return dataset === undefined ? gan : `${gan} on ${dataset}`;
}

function nameIn(plug: Json | undefined): string | undefined {
  const name = (plug as { readonly name?: Json } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** What a run has come to, as names and values. */
export function factsOf({ header, step, realSamples, seconds, parts }: RunLog): [string, string][] {
  const { steps, backend, seed, batchSize } = header;
  const facts: [string, Json | undefined][] = [
    ['Steps', typeof steps === 'number' ? `${counted(step)} of ${counted(steps)}` : counted(step)],
    ['Real samples seen', counted(realSamples)],
    ['Time', duration(seconds)],
    ['Parts', parts > 1 ? `${parts}, resumed` : undefined],
    ['Backend', backend],
    ['Batch size', batchSize],
    ['Seed', seed],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
}

function counted(value: number): string {
  return value.toLocaleString('en-US');
}
