import { expect, test } from 'vitest';
import { choices, type ChoiceKey } from '../settings/choices.ts';
import { decodeDrawing, encodeDrawing, extent, mostPoints, snapped, type Point } from '../settings/drawing.ts';
import { readLink, writeLink } from '../settings/link.ts';
import { canGoOn, changed, initial, presets, usualWeight, type Settings } from '../settings/settings.ts';

const drawing: readonly Point[] = [snapped(0.1, -0.2), snapped(-9, 9), snapped(extent, -extent), [0, 0]];

test('what a link says is what was set, for every value of every setting', () => {
  for (const key of Object.keys(choices) as ChoiceKey[]) {
    for (const value of choices[key]) {
      const settings = { ...initial, [key]: value, seed: 42, drawing: key === 'data' && value === 'drawn' ? drawing : [] } as Settings;
      expect(readLink(`#${writeLink(settings)}`)).toEqual({ settings, problems: [] });
    }
  }
});

test('a link holds as many points as can be drawn, and needs no escapes', () => {
  const points = Array.from({ length: mostPoints }, (_, i) => snapped(extent * Math.cos(i), extent * Math.sin(3 * i)));
  const link = writeLink({ ...initial, data: 'drawn', drawing: points });
  expect(link).toMatch(/^[\w=&.-]+$/);
  expect(link.length).toBeLessThan(4300);
  expect(readLink(link).settings.drawing).toEqual(points);
});

test('points outside come to the edge, and every point survives as it is', () => {
  expect(snapped(-9, 9)).toEqual([-extent, extent]);
  expect(decodeDrawing(encodeDrawing(drawing))).toEqual(drawing);
  expect(decodeDrawing('')).toEqual([]);
  for (const bad of ['abc', 'abc!', '____', 'a'.repeat(4 * mostPoints + 4)]) expect(decodeDrawing(bad)).toBeUndefined();
});

test('a variant or regularizer alone brings what belongs to it', () => {
  expect(readLink('#variant=lsgan').settings).toEqual({ ...initial, ...presets.lsgan, variant: 'lsgan' });
  expect(readLink('#regularizer=weightClipping').settings.weight).toBe(usualWeight.weightClipping);
  expect(readLink('#weight=5&regularizer=r1').settings).toMatchObject({ weight: 5, regularizer: 'r1' });
});

test.each([
  ['#loss=hinged', 'loss', 'minimax, nonSaturating, leastSquares, wasserstein, hinge, relativistic'],
  ['#loss=', 'loss', 'hinge'],
  ['#width=100', 'width', '8, 16, 32, 64, 128, 256'],
  ['#criticSteps=NaN', 'criticSteps', '1, 2, 3'],
  ['#generatorRate=Infinity', 'generatorRate', '0.001'],
  ['#weight=', 'weight', '0.1'],
  ['#weight=-1', 'weight', '0.1'],
  ['#seed=1.5', 'seed', 'integer from 0 to 999999'],
  ['#seed=1e3', 'seed', 'integer from 0 to 999999'],
  ['#data=drawn', 'data', 'draw some'],
  ['#data=drawn&points=%%%', 'points', 'letters, digits'],
  ['#lose=hinge', 'lose', 'variant, loss, regularizer'],
  ['#__proto__=1', '__proto__', 'variant, loss'],
  ['#constructor=1', 'constructor', 'variant, loss'],
  ['#seed=1&seed=2', 'seed', 'twice'],
  ['#loss=%E0%A4%A', 'loss', 'hinge'],
])('%s falls back and says what is valid', (hash, name, valid) => {
  const { settings, problems } = readLink(hash);
  expect(problems.join(' ')).toContain(name);
  expect(problems.join(' ')).toContain(valid);
  const { data: _, drawing: points, seed, ...rest } = settings;
  const { data: __, drawing: ___, seed: ____, ...usual } = initial;
  expect(rest).toEqual(usual);
  expect(points).toEqual([]);
  expect([0, 1]).toContain(seed);
});

test('a link of any length makes short problems; an anchor makes none', () => {
  const { problems } = readLink(`#loss=${'x'.repeat(100_000)}&${'y'.repeat(100_000)}=1`);
  expect(problems).toHaveLength(2);
  expect(problems.join('').length).toBeLessThan(600);
  for (const hash of ['', '#', '#VPContent']) expect(readLink(hash)).toEqual({ settings: initial, problems: [] });
});

test('a run goes on with other rates and critic steps, and with nothing else', () => {
  expect(canGoOn(initial, changed(initial, { generatorRate: 0, discriminatorRate: 0.1, criticSteps: 5 }))).toBe(true);
  for (const patch of [{ loss: 'hinge' }, { seed: 2 }, { width: 64 }, { average: 'on' }, { data: 'grid' }] as const) {
    expect(canGoOn(initial, changed(initial, patch))).toBe(false);
  }
});
