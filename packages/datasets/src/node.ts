export { mnist } from './mnist.ts';
export type { MnistOptions } from './mnist.ts';
