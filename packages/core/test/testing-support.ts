import { GanzooError } from '@ganzoo/core';
import type { Check } from '@ganzoo/core/testing';
import { expect } from 'vitest';

/** Expects exactly these checks to fail, named without their backend, each with a message that contains what stands here. */
export async function expectFailures(checks: readonly Check[], expected: Readonly<Record<string, string>>): Promise<void> {
  const failed: Record<string, string> = {};
  for (const { name, run } of checks) {
    try {
      await run();
    } catch (error) {
      expect(error, name).toBeInstanceOf(GanzooError);
      failed[name.slice(name.indexOf(': ') + 2)] = (error as Error).message;
    }
  }
  expect(failed).toEqual(Object.fromEntries(Object.entries(expected).map(([name, part]) => [name, expect.stringContaining(part)])));
}
