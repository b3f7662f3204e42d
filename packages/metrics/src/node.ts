export { fidInception, loadFidInception } from './inception/node.ts';
export type { NodeFidInceptionOptions } from './inception/node.ts';
