import { failuresOf, type Check } from '@ganzoo/core/testing';
import { expect } from 'vitest';

/** Expects exactly these checks to fail, named without their backend, each with a message that contains what stands here. */
export async function expectFailures(checks: readonly Check[], expected: Readonly<Record<string, string>>): Promise<void> {
  expect(await failuresOf(checks)).toEqual(Object.fromEntries(Object.entries(expected).map(([name, part]) => [name, expect.stringContaining(part)])));
}
