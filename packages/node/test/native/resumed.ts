/** Trains on TensorFlow without a stop, twice, and with a stop and a checkpoint in between, and prints how far the weights are apart. */
import { arrayDataset, defineGan, discriminator, generator, memory, nonSaturating, Trainer, type Dataset, type Gan } from '@ganzoo/core';
import { convDiscriminator, convGenerator } from '@ganzoo/core/networks';
import { useBackend } from '@ganzoo/node';
import { smallGan, waves } from './small.ts';

export interface Resumed {
  /** Greatest difference of a value of the checkpoints, and how many values differ of how many. */
  readonly again: Difference;
  readonly resumed: Difference;
}

interface Difference {
  readonly greatest: number;
  readonly differing: number;
  readonly of: number;
}

/** Large enough that its ops are shared among threads. */
function wideGan(): Gan {
  return defineGan({
    sampleShape: [28, 28, 1],
    generator: generator({ latentDim: 32, network: convGenerator({ latentDim: 32, sampleShape: [28, 28, 1], widths: [64, 32], kernel: 4 }) }),
    discriminator: discriminator({ network: convDiscriminator({ sampleShape: [28, 28, 1], widths: [32, 64], kernel: 4 }) }),
    loss: nonSaturating(),
  });
}

const values = Float32Array.from({ length: 256 * 784 }, (_, index) => Math.sin(index * 0.37 + Math.floor(index / 784)));
const pictures = arrayDataset({ name: 'pictures', values, sampleShape: [28, 28, 1] });

async function trained(gan: () => Gan, data: Dataset, batchSize: number, stops: readonly number[]): Promise<Float32Array> {
  const store = memory();
  let trainer = new Trainer(gan(), { seed: 7 });
  for (const stop of stops) {
    await trainer.fit(data, { steps: stop, batchSize });
    await trainer.save(store);
    trainer.dispose();
    trainer = await Trainer.load(store, gan());
  }
  trainer.dispose();
  const bytes = (await store.read('checkpoint.safetensors')) as Uint8Array;
  // Eight bytes of length, the header, then all values.
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new Float32Array(bytes.slice(start, start + 4 * Math.floor((bytes.length - start) / 4)).buffer);
}

function between(a: Float32Array, b: Float32Array): Difference {
  let [greatest, differing] = [0, 0];
  a.forEach((value, index) => {
    const apart = Math.abs(value - (b[index] as number));
    if (!Object.is(value, b[index])) differing++;
    greatest = Math.max(greatest, apart);
  });
  return { greatest, differing, of: a.length };
}

async function compared(gan: () => Gan, data: Dataset, batchSize: number, steps: number): Promise<Resumed> {
  const ending = (stops: readonly number[]): Promise<Float32Array> => trained(gan, data, batchSize, stops);
  const whole = await ending([steps]);
  const third = Math.round(steps / 3);
  return { again: between(whole, await ending([steps])), resumed: between(whole, await ending([third, 2 * third, steps])) };
}

await useBackend('tensorflow');
const results = { small: await compared(smallGan, waves, 8, 100), wide: await compared(wideGan, pictures, 64, 30) };
console.log(`RESULTS ${JSON.stringify(results)}`);
process.exit();
