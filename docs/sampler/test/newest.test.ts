import { expect, test } from 'vitest';
import { Newest } from '../engine/newest.ts';

function queue() {
  const sent: string[] = [];
  const clock = { now: 0 };
  const orders = new Newest<'digit' | 'row', string>(
    'digit',
    (order) => sent.push(order),
    () => clock.now,
  );
  return { sent, clock, orders };
}

test('one at a time, and of those that wait only the newest', () => {
  const { sent, orders } = queue();
  for (const order of ['a', 'b', 'c', 'd']) orders.ask('digit', order);
  expect(sent).toEqual(['a']);
  orders.answered();
  expect(sent).toEqual(['a', 'd']);
  orders.answered();
  orders.answered();
  expect(sent).toEqual(['a', 'd']);
  orders.ask('digit', 'e');
  expect(sent).toEqual(['a', 'd', 'e']);
});

test('the digit goes before the row, which still comes now and then', () => {
  const { sent, clock, orders } = queue();
  orders.ask('digit', 'first');
  for (let i = 0; i < 30; i++) {
    clock.now += 10;
    orders.ask('row', `row ${i}`);
    orders.ask('digit', `digit ${i}`);
    orders.answered();
  }
  const rows = sent.flatMap((order, i) => (order.startsWith('row') ? [i] : []));
  expect(rows).toHaveLength(2);
  // The newest one, though it has waited since the first was asked for.
  expect(sent[rows[0] as number]).toBe('row 13');
  expect(sent[1]).toBe('digit 0');
});
