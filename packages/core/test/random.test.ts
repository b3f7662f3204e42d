import { rng } from '@ganzoo/core';
import { describe, expect, it } from 'vitest';

const draw = (stream: ReturnType<typeof rng>, count = 4): number[] => Array.from({ length: count }, () => stream.integer());

describe('streams', () => {
  it('depend on the seed and the names alone', () => {
    expect(draw(rng(3).fork('a'))).toEqual(draw(rng(3).fork('a')));
    expect(draw(rng(3).fork('a'))).not.toEqual(draw(rng(4).fork('a')));
    expect(draw(rng(3).fork('a'))).not.toEqual(draw(rng(3).fork('b')));
    expect(draw(rng(1).fork(2))).not.toEqual(draw(rng(12)));
  });

  it('are not moved by forking, nor by what is drawn from another', () => {
    const root = rng(0);
    const first = draw(root.fork('x'));
    draw(root, 100);
    expect(draw(root.fork('x'))).toEqual(first);
  });

  it('are the same in every version, so that old checkpoints go on as they began', () => {
    expect(draw(rng(7).fork('data'))).toEqual([1027468408, 3964930317, 2992449505, 2598518838]);
  });

  it('have the moments they should', async () => {
    const moments = async (tensor: {
      data: () => Promise<ArrayLike<number>>;
      dispose: () => void;
    }): Promise<{ mean: number; deviation: number; least: number; greatest: number }> => {
      const values = Array.from(await tensor.data());
      tensor.dispose();
      const mean = values.reduce((a, b) => a + b) / values.length;
      return {
        mean,
        deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length),
        least: Math.min(...values),
        greatest: Math.max(...values),
      };
    };
    const normal = await moments(rng(1).normal([300, 333]));
    expect(Math.abs(normal.mean)).toBeLessThan(0.01);
    expect(Math.abs(normal.deviation - 1)).toBeLessThan(0.01);
    expect(normal.greatest).toBeGreaterThan(3.5);
    const uniform = await moments(rng(1).uniform([300, 333], -1, 1));
    expect(Math.abs(uniform.mean)).toBeLessThan(0.01);
    expect(Math.abs(uniform.deviation - 1 / Math.sqrt(3))).toBeLessThan(0.01);
    expect(uniform.least).toBeGreaterThanOrEqual(-1);
    expect(uniform.greatest).toBeLessThan(1);
  });

  it('shuffle without losing anything, every place equally likely', () => {
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    for (let i = 0; i < 5000; i++) {
      const order = rng(i).permutation(5);
      expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      order.forEach((value, place) => (counts[place] as number[])[value]!++);
    }
    for (const row of counts) for (const count of row) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
