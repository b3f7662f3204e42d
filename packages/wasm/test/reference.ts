/** Convolutions and their gradients as plain float64 loops: what the kernels are compared with. */

export type Axis = { input: number; filter: number; stride: number; dilation: 1; output: number; padBefore: number };
export type Pad = 'same' | 'valid' | number | readonly [before: number, after: number];
export type Conv = { batch: number; inChannels: number; outChannels: number; rows: Axis; columns: Axis };

export function axis(input: number, filter: number, stride: number, pad: Pad): Axis {
  if (pad === 'same') {
    const output = Math.ceil(input / stride);
    const total = Math.max(0, (output - 1) * stride + filter - input);
    return { input, filter, stride, dilation: 1, output, padBefore: Math.floor(total / 2) };
  }
  const [before, after] = pad === 'valid' ? [0, 0] : typeof pad === 'number' ? [pad, pad] : pad;
  const output = Math.floor((input + before + after - filter) / stride) + 1;
  return { input, filter, stride, dilation: 1, output, padBefore: before };
}

/** Calls visit with the flat offsets of every (input, filter, output) triple one convolution multiplies. */
function forEachTriple(c: Conv, visit: (input: number, filter: number, output: number) => void): void {
  for (let n = 0; n < c.batch; n++)
    for (let i = 0; i < c.rows.output; i++)
      for (let j = 0; j < c.columns.output; j++)
        for (let a = 0; a < c.rows.filter; a++)
          for (let b = 0; b < c.columns.filter; b++) {
            const y = i * c.rows.stride + a - c.rows.padBefore;
            const x = j * c.columns.stride + b - c.columns.padBefore;
            if (y < 0 || y >= c.rows.input || x < 0 || x >= c.columns.input) continue;
            const pixel = ((n * c.rows.input + y) * c.columns.input + x) * c.inChannels;
            const tap = (a * c.columns.filter + b) * c.inChannels;
            const out = ((n * c.rows.output + i) * c.columns.output + j) * c.outChannels;
            for (let p = 0; p < c.inChannels; p++) for (let q = 0; q < c.outChannels; q++) visit(pixel + p, (tap + p) * c.outChannels + q, out + q);
          }
}

type Values = ArrayLike<number>;
export const inputSize = (c: Conv): number => c.batch * c.rows.input * c.columns.input * c.inChannels;
export const filterSize = (c: Conv): number => c.rows.filter * c.columns.filter * c.inChannels * c.outChannels;
export const outputSize = (c: Conv): number => c.batch * c.rows.output * c.columns.output * c.outChannels;

export function convolve(c: Conv, x: Values, w: Values): Float64Array {
  const out = new Float64Array(outputSize(c));
  forEachTriple(c, (i, f, o) => void (out[o]! += x[i]! * w[f]!));
  return out;
}

export function inputGradient(c: Conv, dy: Values, w: Values): Float64Array {
  const dx = new Float64Array(inputSize(c));
  forEachTriple(c, (i, f, o) => void (dx[i]! += dy[o]! * w[f]!));
  return dx;
}

export function filterGradient(c: Conv, x: Values, dy: Values): Float64Array {
  const dw = new Float64Array(filterSize(c));
  forEachTriple(c, (i, f, o) => void (dw[f]! += x[i]! * dy[o]!));
  return dw;
}

/** One matrix product [rows, inner] x [inner, columns]; a transposed operand is stored the other way round. */
export function matMul(
  [rows, inner, columns]: readonly [number, number, number],
  a: Values,
  b: Values,
  transposeA: boolean,
  transposeB: boolean,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < inner; k++) {
        const left = a[transposeA ? k * rows + i : i * inner + k]!;
        out[i * columns + j]! += left * b[transposeB ? j * inner + k : k * columns + j]!;
      }
  return out;
}

/** The inputs of each output's window, one channel: pooling is a convolution whose channels do not mix. */
function windows(c: Conv, visit: (inputs: number[], output: number) => void): void {
  const gathered: number[][] = Array.from({ length: outputSize(c) }, () => []);
  forEachTriple(c, (input, _, output) => {
    if (input % c.inChannels === output % c.outChannels) gathered[output]!.push(input);
  });
  gathered.forEach(visit);
}

const firstLargest = (x: Values, inputs: number[]): number => inputs.reduce((best, input) => (x[input]! > x[best]! ? input : best), inputs[0]!);

export function maxPool(c: Conv, x: Values): Float64Array {
  const out = new Float64Array(outputSize(c));
  windows(c, (inputs, output) => void (out[output] = x[firstLargest(x, inputs)]!));
  return out;
}

export function maxPoolGradient(c: Conv, x: Values, dy: Values): Float64Array {
  const dx = new Float64Array(inputSize(c));
  windows(c, (inputs, output) => void (dx[firstLargest(x, inputs)]! += dy[output]!));
  return dx;
}

export function averagePool(c: Conv, x: Values): Float64Array {
  const out = new Float64Array(outputSize(c));
  windows(c, (inputs, output) => void (out[output] = inputs.reduce((sum, input) => sum + x[input]!, 0) / inputs.length));
  return out;
}

export function averagePoolGradient(c: Conv, dy: Values): Float64Array {
  const dx = new Float64Array(inputSize(c));
  windows(c, (inputs, output) => {
    for (const input of inputs) dx[input]! += dy[output]! / inputs.length;
  });
  return dx;
}

/** A depthwise convolution as a dense one: its filter [rows, columns, channels, multiplier] with zeros between the channels. */
export function denseFilter(c: Conv, w: Values): Float64Array {
  const multiplier = c.outChannels / c.inChannels;
  const dense = new Float64Array(filterSize(c));
  for (let tap = 0; tap < c.rows.filter * c.columns.filter; tap++)
    for (let q = 0; q < c.outChannels; q++) {
      const p = Math.floor(q / multiplier);
      dense[(tap * c.inChannels + p) * c.outChannels + q] = w[tap * c.outChannels + q]!;
    }
  return dense;
}

/** The entries of a dense filter's gradient that belong to the depthwise filter. */
export function depthwiseEntries(c: Conv, dense: Values): Float64Array {
  const multiplier = c.outChannels / c.inChannels;
  return Float64Array.from({ length: c.rows.filter * c.columns.filter * c.outChannels }, (_, i) => {
    const tap = Math.floor(i / c.outChannels);
    const q = i % c.outChannels;
    return dense[(tap * c.inChannels + Math.floor(q / multiplier)) * c.outChannels + q]!;
  });
}
