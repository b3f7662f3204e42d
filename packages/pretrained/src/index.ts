export { load, type PretrainedGenerator } from './load.ts';
export { cards } from './cards.ts';
export type { Card, Scores } from './card.ts';
