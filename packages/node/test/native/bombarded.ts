/** Trains perceptrons and convolutions on the backend tensorflow while another process sends this one thousands of signals a second. */
import { spawn } from 'node:child_process';
import { arrayDataset, defineGan, discriminator, generator, nonSaturating, Trainer, type Gan } from '@ganzoo/core';
import { convDiscriminator, convGenerator, mlp } from '@ganzoo/core/networks';
import { useBackend } from '@ganzoo/node';

const wide = defineGan({
  sampleShape: [2],
  generator: generator({ latentDim: 64, network: mlp({ inputShape: [64], hidden: [256, 256], outputShape: [2] }) }),
  discriminator: discriminator({ network: mlp({ inputShape: [2], hidden: [256, 256], outputShape: [1] }) }),
  loss: nonSaturating(),
});
const sampleShape = [28, 28, 1];
const digits = defineGan({
  sampleShape,
  generator: generator({ latentDim: 16, network: convGenerator({ latentDim: 16, sampleShape, widths: [32, 16] }) }),
  discriminator: discriminator({ network: convDiscriminator({ sampleShape, widths: [16, 32] }) }),
  loss: nonSaturating(),
});

async function train(gan: Gan, shape: readonly number[], steps: number): Promise<void> {
  const size = shape.reduce((product, side) => product * side, 64);
  const data = arrayDataset({ name: 'waves', values: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), sampleShape: shape });
  const trainer = new Trainer(gan, { seed: 1 });
  await trainer.fit(data, { steps, batchSize: 256 });
  trainer.dispose();
}

await useBackend('tensorflow');
let signals = 0;
process.on('SIGUSR2', () => signals++);
const pause = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.1)';
const sender = spawn(process.execPath, ['-e', `for (;;) { process.kill(${process.pid}, 'SIGUSR2'); ${pause}; }`], { stdio: 'ignore' });
process.on('exit', () => sender.kill('SIGKILL'));
await train(wide, [2], 400);
await train(digits, sampleShape, 20);
console.log(`SURVIVED ${signals} signals`);
process.exit();
