import { FeatureStatistics, frechetDistance } from '@ganzoo/metrics';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cloud, relative } from './clouds.ts';
import { stubWorkers } from './linear-algebra-support.ts';

afterEach(() => vi.unstubAllGlobals());

const { fromMoments, of } = FeatureStatistics;

describe('a long one', () => {
  // Some hundred dimensions, so that it runs in threads.
  const dimensions = 700;
  const sides = (async () => [await of(cloud(800, dimensions, 10)), await of(cloud(800, dimensions, 11))] as const)();

  test.each([
    ['in threads', true],
    ['on this thread', false],
  ])('%s: progress rises to 1, and the loop goes round', async (_, withThreads) => {
    if (!withThreads) stubWorkers();
    const [a, b] = await sides;
    const parts: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    await frechetDistance(fromMoments(a.mean(), a.covariance()), b, { onProgress: (part) => parts.push(part) });
    clearInterval(timer);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts[0]).toBe(0);
    expect(parts.at(-1)).toBe(1);
    expect(parts).toEqual([...parts].sort((x, y) => x - y));
    expect(turns).toBeGreaterThan(2);
  });

  test.each([
    ['in threads', true],
    ['on this thread', false],
  ])('%s: stops when told, with the reason', async (_, withThreads) => {
    if (!withThreads) stubWorkers();
    const [a, b] = await sides;
    const fresh = fromMoments(a.mean(), a.covariance());
    const reason = new Error('enough');
    await expect(frechetDistance(fresh, b, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const distance = frechetDistance(fresh, b, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(distance).rejects.toBe(reason);
    const later = new AbortController();
    setTimeout(() => later.abort(reason), 30);
    await expect(frechetDistance(fresh, b, { signal: later.signal })).rejects.toBe(reason);
    // Nothing is spoilt by it.
    expect(relative(await frechetDistance(fresh, b), await frechetDistance(a, b))).toBeLessThan(1e-9);
  });
});
