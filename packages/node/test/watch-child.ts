/** Serves the page of a run directory that another process writes, and says at its end what that took: `node watch-child.ts DIR`. */
import type { Run } from '@ganzoo/core';
import { watch } from '@ganzoo/node';

const callback = watch({ dir: process.argv[2] as string, onReady: (url) => process.send?.({ url }) });
await callback.onStart?.({} as Run);
let before = process.cpuUsage();
process.on('message', async (word) => {
  if (word === 'begin') before = process.cpuUsage();
  const { user, system } = process.cpuUsage(before);
  process.send?.({ cpuSeconds: (user + system) / 1e6 });
  if (word !== 'end') return;
  await callback.onEnd?.({} as Run);
  process.disconnect();
});
