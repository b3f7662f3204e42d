export { mnist } from './mnist.ts';
export type { MnistOptions } from './mnist.ts';
export { imageFolder } from './image-folder.ts';
export type { ImageFolder, ImageFolderOptions } from './image-folder.ts';
export type { UnreadableImage } from './image-folder/check.ts';
