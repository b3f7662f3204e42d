import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hinge, leastSquares, minimax, nonSaturating, relativistic, wasserstein, type Logits, type Loss, type Parts } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { root } from './snippets/page.ts';

/** The sums of both players' losses where the discriminator says `score` of everything. */
function atRest(loss: Loss<Logits, unknown>, score: number): [discriminator: number, generator: number] {
  const logits = tf.fill([4, 1], score);
  const side = { samples: logits, out: { logits } };
  const context = { real: side, fake: side } as never;
  const sum = (parts: Parts): number => Object.values(parts).reduce((total, part) => total + (part.dataSync()[0] as number), 0);
  return [sum(loss.discriminator(context)), sum(loss.generator(context))];
}

/** What the guide's table of losses at rest says of one. */
function told(page: string, name: string): (number | undefined)[] {
  const row = readFileSync(join(root, page), 'utf8')
    .split('\n')
    .findLast((line) => line.startsWith(`| \`${name}\` |`)) as string;
  const values: Readonly<Record<string, number>> = {
    '\\log 4': Math.log(4),
    '\\log 2': Math.log(2),
    '-\\log 2': -Math.log(2),
    '\\tfrac14': 1 / 4,
    '\\tfrac18': 1 / 8,
  };
  return row
    .split('|')
    .slice(2, 4)
    .map((cell) => cell.trim().replaceAll('$', ''))
    .map((cell) => values[cell] ?? (/^\d+$/.test(cell) ? Number(cell) : undefined));
}

test.each(['docs/guide/how-a-gan-is-put-together.md', 'docs/zh/guide/how-a-gan-is-put-together.md'])(
  '%s tells the losses at rest as the library computes them',
  async (page) => {
    await tf.setBackend('cpu');
    const losses = [nonSaturating(), minimax(), leastSquares(), hinge(), wasserstein(), relativistic()];
    for (const loss of losses) {
      const computed = atRest(loss, loss.name === 'leastSquares' ? 0.5 : 0);
      const [discriminator, generator] = told(page, loss.name);
      expect(discriminator, loss.name).toBeCloseTo(computed[0], 5);
      if (generator !== undefined) expect(generator, loss.name).toBeCloseTo(computed[1], 5);
    }
    // Minus the discriminator's loss is the value of the game of 2014.
    expect(-atRest(minimax(), 0)[0]).toBeCloseTo(-Math.log(4), 5);
    // Scores that a sigmoid would not let through.
    expect(atRest(wasserstein(), 50)[1]).toBe(-50);
  },
);
