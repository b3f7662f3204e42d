export { cifar10 } from './cifar10.ts';
export type { Cifar10Options } from './cifar10.ts';
export { fashionMnist } from './fashion-mnist.ts';
export type { FashionMnistOptions } from './fashion-mnist.ts';
export { mnist } from './mnist.ts';
export type { MnistOptions } from './mnist.ts';
export { imageFolder } from './image-folder.ts';
export type { ImageFolder, ImageFolderOptions } from './image-folder.ts';
export type { UnreadableImage } from './image-folder/check.ts';
