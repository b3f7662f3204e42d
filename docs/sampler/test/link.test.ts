import { expect, test } from 'vitest';
import { readLink, writeLink } from '../link.ts';
import { alongDirection, generators, initial, truncations, type Sample } from '../sample.ts';
import { farther } from '../walk.ts';

const last = generators.at(-1) as string;

test('a link brings back what it was made of', () => {
  const samples: Sample[] = [
    initial,
    { ...initial, seed: 999_999, toward: 999_999, generator: last },
    { ...initial, seed: 0, toward: 17, at: 0.4375, truncation: 1.4 },
    { ...initial, shifts: [-3, 3, 0.05, 0, -1.25, 0, 0, 2] },
    ...truncations.map((truncation) => ({ ...initial, truncation })),
  ];
  for (const sample of samples) expect(readLink(`#${writeLink(sample)}`)).toEqual({ sample, problems: [] });
});

test('a walk that is all but there does not arrive in its link', () => {
  expect(readLink(writeLink({ ...initial, toward: 8, at: 0.999_99 }))).toEqual({ sample: { ...initial, toward: 8, at: 0.9999 }, problems: [] });
});

test('an anchor and nothing at all say nothing', () => {
  for (const hash of ['', '#', '#digits']) expect(readLink(hash)).toEqual({ sample: initial, problems: [] });
});

test.each([
  ['generator=mnist-nothing', generators[0] as string],
  ['generator=__proto__', generators[0] as string],
  ['seed=-1', 'an integer from 0 to 999999'],
  ['seed=1e3', 'an integer'],
  ['seed=1000000', 'an integer'],
  ['seed=', 'an integer'],
  ['toward=x', 'an integer'],
  ['at=1', 'without 1'],
  ['at=NaN', 'without 1'],
  ['truncation=0', 'none'],
  ['truncation=Infinity', 'none'],
  ['shifts=1,2', '8 numbers from -3 to 3'],
  ['shifts=9,0,0,0,0,0,0,0', '8 numbers from -3 to 3'],
  ['shifts=3.01,0,0,0,0,0,0,0', '8 numbers from -3 to 3'],
  ['shifts=NaN,0,0,0,0,0,0,0', '8 numbers from -3 to 3'],
  ['__proto__=1', 'the settings are generator, seed'],
  ['%E0%A4%A=%E0', 'there is no setting'],
  [`zoom=${'9'.repeat(10_000)}`, 'there is no setting'],
])('%s is refused with what is valid', (hash, valid) => {
  const { sample, problems } = readLink(`#${hash}`);
  expect(sample).toEqual(initial);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(valid);
  expect((problems[0] as string).length).toBeLessThan(250);
});

test('what is right in a link counts, whatever else it holds', () => {
  const { sample, problems } = readLink('#seed=7&seed=8&shifts=bad&&truncation=0.6');
  expect(sample).toEqual({ ...initial, seed: 7, toward: 7, truncation: 0.6 });
  expect(problems).toHaveLength(2);
});

test('a walk goes on from where it was to a new latent at the end of each leg', () => {
  const seeds = [11, 22];
  const random = (): number => seeds.shift() as number;
  const begun = farther(initial, 0.25, random);
  expect(begun).toEqual({ ...initial, toward: 11, at: 0.25 });
  expect(farther(begun, 0.5, random)).toEqual({ ...initial, toward: 11, at: 0.75 });
  expect(farther({ ...begun, at: 0.75 }, 0.5, random)).toEqual({ ...initial, seed: 11, toward: 22, at: 0.25 });
});

test('the row goes along one direction and leaves the others', () => {
  const row = alongDirection({ ...initial, shifts: [1, 2, 0, 0, 0, 0, 0, 0] }, 1);
  expect(row.map(({ shifts }) => shifts[1])).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  expect(row.every(({ shifts }) => shifts[0] === 1 && shifts[2] === 0)).toBe(true);
});
