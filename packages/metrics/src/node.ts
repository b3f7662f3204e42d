export { fidInception, loadFidInception } from './inception/node.ts';
export type { NodeFidInceptionOptions } from './inception/node.ts';
export { imageFolder } from '@ganzoo/datasets/node';
export type { ImageFolder, ImageFolderOptions, UnreadableImage } from '@ganzoo/datasets/node';
