import { expect, test } from 'vitest';
import { missingForNative, preparedProject, runIn } from './native/project.ts';
import type { Resumed } from './native/resumed.ts';

test('on TensorFlow a training that was stopped and gone on with ends where one does that was not', () => {
  const missing = missingForNative();
  if (missing.length > 0 && process.env['CI'] !== 'true') {
    console.warn(`NOT RUN: resuming on native TensorFlow needs ${missing.join(', ')}.`);
    return;
  }
  const results = runIn<{ small: Resumed; wide: Resumed }>(preparedProject('tfjs-node'), 'resumed.ts', []);
  for (const [name, { again, resumed }] of Object.entries(results)) {
    console.log(`${name}: run again ${JSON.stringify(again)}, stopped twice ${JSON.stringify(resumed)}`);
    expect(resumed.of).toBeGreaterThan(1000);
    expect(resumed.differing).toBe(0);
  }
});
