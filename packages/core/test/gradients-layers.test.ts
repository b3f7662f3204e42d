import { enableHigherOrderGradients, rng, type Live, type Pass } from '@ganzoo/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  bilinear,
  conv2d,
  conv2dTranspose,
  depthwise,
  derivatives,
  distinct,
  largest,
  mean,
  nd,
  nearest,
  pool,
  reduce,
  rows,
  sizeOf,
  type Derivatives,
  type Nd,
  type Padding,
  type Pair,
  type Reference,
} from './float64.ts';
import { expectDerivatives, toTensor } from './gradient-support.ts';
import { anyNetwork, backends, use } from './support.ts';

const pass: Pass = { training: true, updateState: false, rng: rng(1) };

type Layer = tf.layers.Layer;
type Network = Live<{ z: tf.Tensor }, { samples: tf.Tensor }>;

interface Case {
  readonly name: string;
  readonly make: () => Layer;
  /** Of the input and the weights in the layer's order. */
  readonly reference: Reference;
  readonly input: Nd;
  readonly weights: readonly Nd[];
}

function live(layer: Layer, inputShape: readonly number[]): Network {
  const network = (): tf.LayersModel => {
    const input = tf.input({ shape: [...inputShape] });
    return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  };
  return anyNetwork(network).build(rng(0));
}

/** Adds a bias for each channel. */
const biased =
  (f: Reference): Reference =>
  (x, ...weights) => {
    const bias = weights.at(-1)!;
    const y = f(x!, ...weights.slice(0, -1));
    return { shape: y.shape, data: y.data.map((value, index) => value + bias.data[index % bias.data.length]!) };
  };

const images = [
  [1, 5, 7, 3],
  [5, 6, 4, 1],
] as const;
const windows: readonly Pair[] = [
  [3, 3],
  [4, 4],
  [2, 3],
];
const paddings: readonly Padding[] = ['same', 'valid'];

/** Each stride from 1 to 3, odd, even and oblong kernels, both paddings; a batch of 1 and one of 5 with one channel by turns. */
function grid(make: (image: (typeof images)[number], window: Pair, strides: Pair, padding: Padding) => Case): Case[] {
  const cases: Case[] = [];
  for (const stride of [1, 2, 3])
    for (const window of windows) for (const padding of paddings) cases.push(make(images[cases.length % 2]!, window, [stride, stride], padding));
  return cases;
}

const convolutions = grid((image, window, strides, padding) => ({
  name: `conv2d ${window} by ${strides}, ${padding}, of ${image}`,
  make: () => tf.layers.conv2d({ filters: 2, kernelSize: [...window], strides: [...strides], padding }),
  reference: biased(conv2d(strides, padding)),
  input: distinct(image),
  weights: [distinct([...window, image[3], 2], 1), distinct([2], 2)],
}));

const transposed = grid(([n, h, w, c], window, strides, padding) => {
  const grown = (size: number, axis: 0 | 1): number => size * strides[axis] + (padding === 'same' ? 0 : Math.max(window[axis] - strides[axis], 0));
  return {
    name: `conv2dTranspose ${window} by ${strides}, ${padding}, of ${[n, h - 2, w - 1, c]}`,
    make: () => tf.layers.conv2dTranspose({ filters: 2, kernelSize: [...window], strides: [...strides], padding }),
    reference: biased(conv2dTranspose([grown(h - 2, 0), grown(w - 1, 1)], strides, padding)),
    input: distinct([n, h - 2, w - 1, c]),
    weights: [distinct([...window, 2, c], 1), distinct([2], 2)],
  };
});

const depthwises = grid((image, window, strides, padding) => ({
  name: `depthwiseConv2d ${window} by ${strides}, ${padding}, of ${image}`,
  make: () => tf.layers.depthwiseConv2d({ kernelSize: [...window], strides: [...strides], padding, depthMultiplier: 2 }),
  reference: biased(depthwise(strides, padding)),
  input: distinct(image),
  weights: [distinct([...window, image[3], 2], 1), distinct([2 * image[3]], 2)],
}));

const separables = grid((image, window, strides, padding) => ({
  name: `separableConv2d ${window} by ${strides}, ${padding}, of ${image}`,
  make: () => tf.layers.separableConv2d({ filters: 2, kernelSize: [...window], strides: [...strides], padding }),
  reference: biased((x, each, point) => conv2d([1, 1], 'valid')(depthwise(strides, padding)(x!, each!), point!)),
  input: distinct(image),
  weights: [distinct([...window, image[3], 1], 1), distinct([1, 1, image[3], 2], 3), distinct([2], 2)],
}));

const pools = [['maxPooling2d', tf.layers.maxPooling2d, largest] as const, ['averagePooling2d', tf.layers.averagePooling2d, mean] as const].flatMap(
  ([name, make, f]) =>
    grid((image, window, strides, padding) => ({
      name: `${name} ${window} by ${strides}, ${padding}, of ${image}`,
      make: () => make({ poolSize: [...window], strides: [...strides], padding }),
      reference: pool(window, strides, padding, f),
      input: distinct(image),
      weights: [],
    })),
);

const resizes = images.flatMap((image) =>
  (
    [
      [2, 2],
      [1, 3],
      [3, 2],
    ] as const
  ).flatMap(([a, b]) =>
    (['nearest', 'bilinear'] as const).map((interpolation): Case => ({
      name: `upSampling2d ${interpolation} ${a},${b} of ${image}`,
      make: () => tf.layers.upSampling2d({ size: [a, b], interpolation }),
      reference: (interpolation === 'nearest' ? nearest : bilinear)([a * image[1], b * image[2]]),
      input: distinct(image),
      weights: [],
    })),
  ),
);

const globals = images.flatMap((image) => [
  {
    name: `globalMaxPooling2d of ${image}`,
    make: () => tf.layers.globalMaxPooling2d({ dataFormat: 'channelsLast' }),
    reference: reduce([1, 2], largest),
    input: distinct(image),
    weights: [],
  },
  {
    name: `globalAveragePooling2d of ${image}`,
    make: () => tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    reference: reduce([1, 2], mean),
    input: distinct(image),
    weights: [],
  },
]);

const normalized = (values: readonly number[], epsilon: number): number[] => {
  const center = mean([...values]);
  const deviation = Math.sqrt(mean(values.map((x) => (x - center) ** 2)) + epsilon);
  return values.map((x) => (x - center) / deviation);
};

/** Over all but the last axis. */
const batchNormalized: Reference = (x) => {
  const channels = x!.shape.at(-1)!;
  const data = new Float64Array(x!.data.length);
  for (let c = 0; c < channels; c++) normalized(Array.from(x!.data.filter((_, i) => i % channels === c)), 1e-3).forEach((y, i) => (data[i * channels + c] = y));
  return { shape: x!.shape, data };
};

const scaled =
  (f: Reference): Reference =>
  (x, gamma, ...rest) => {
    const y = f(x!);
    const product = { shape: y.shape, data: y.data.map((value, i) => value * gamma!.data[i % gamma!.data.length]!) };
    return rest.length > 0 ? biased(() => product)(x!, rest[0]!) : product;
  };

const [channels, offsets] = [distinct([3], 1), distinct([3], 2)];
const norms: readonly Case[] = (
  [
    [1, 3, 5, 3],
    [5, 3, 1, 3],
    [5, 3],
  ] as const
).flatMap((shape) => [
  {
    name: `batchNormalization of ${shape}`,
    make: () => tf.layers.batchNormalization(),
    reference: scaled(batchNormalized),
    input: distinct(shape),
    weights: [channels, offsets],
  },
  {
    name: `batchNormalization without center of ${shape}`,
    make: () => tf.layers.batchNormalization({ center: false }),
    reference: scaled(batchNormalized),
    input: distinct(shape),
    weights: [channels],
  },
  {
    name: `batchNormalization without scale of ${shape}`,
    make: () => tf.layers.batchNormalization({ scale: false }),
    reference: biased(batchNormalized),
    input: distinct(shape),
    weights: [offsets],
  },
  {
    name: `layerNormalization of ${shape}`,
    make: () => tf.layers.layerNormalization(),
    reference: scaled(rows((row) => normalized(row, 1e-3))),
    input: distinct(shape),
    weights: [channels, offsets],
  },
]);

describe.each([...convolutions, ...transposed, ...depthwises, ...separables, ...pools, ...resizes, ...globals, ...norms])(
  '$name',
  ({ make, reference, input, weights }) => {
    beforeAll(enableHigherOrderGradients);
    let expected: Derivatives | undefined;

    it.each(backends)('has right first and second derivatives on %s', async (backend) => {
      await use(backend);
      expected ??= derivatives(reference, [input, ...weights]);
      const before = tf.memory().numTensors;
      const network = live(make(), input.shape.slice(1));
      const variables = [...network.trainable.values()];
      expect(variables.map((variable) => variable.shape)).toEqual(weights.map(({ shape }) => shape));
      tf.tidy(() => variables.forEach((variable, index) => variable.assign(toTensor(weights[index]!))));
      const x = toTensor(input);
      await expectDerivatives(() => network.apply({ z: x }, pass).samples, [x, ...variables], expected);
      x.dispose();
      network.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  },
);

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    enableHigherOrderGradients();
    await use(backend);
  });

  it('dropout passes on the gradient of what it kept, and a new mask each time', async () => {
    const network = live(tf.layers.dropout({ rate: 0.4, seed: 3 }), [50]);
    const input = distinct([5, 50]);
    const x = toTensor(input);
    const masks: number[][] = [];
    for (const seed of [1, 2]) {
      const once = { ...pass, rng: rng(seed) };
      const kept = (await network.apply({ z: x }, once).samples.data()).map((y, i) => y / input.data[i]!);
      masks.push([...kept].map((value) => Math.round(value * 1e4) / 1e4));
      expect(new Set(masks.at(-1))).toEqual(new Set([0, 1.6667]));
      const reference: Reference = (z) => ({ shape: z!.shape, data: z!.data.map((value, i) => value * kept[i]!) });
      await expectDerivatives(() => network.apply({ z: x }, once).samples, [x], derivatives(reference, [input]));
    }
    expect(masks[0]).not.toEqual(masks[1]);
    network.dispose();
  });

  it('an embedding sums the gradients of the rows it looks up', async () => {
    const network = live(tf.layers.embedding({ inputDim: 4, outputDim: 3 }), [2]);
    const table = distinct([4, 3]);
    const [variable] = [...network.trainable.values()] as [tf.Variable];
    tf.tidy(() => variable.assign(toTensor(table)));
    const ids = [0, 3, 3, 1, 3, 0];
    const z = tf.tensor2d(ids, [3, 2], 'int32');
    const lookUp: Reference = (rowsOf) => nd([3, 2, 3], ([a, b, c]) => rowsOf!.data[ids[a! * 2 + b!]! * 3 + c!]!);
    await expectDerivatives(() => network.apply({ z }, pass).samples, [variable], derivatives(lookUp, [table]));
    expect(sizeOf(z.shape)).toBe(6);
    network.dispose();
  });
});
