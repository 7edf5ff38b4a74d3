export type { Bleu, BleuTokeniser } from './bleu/bleu.ts';
export { bleu } from './bleu/bleu.ts';
export type { BleuStatistics } from './bleu/statistics.ts';
export { tokenise13a } from './bleu/tokenise-13a.ts';
export { readAligned, readLines } from './corpus/lines.ts';
export { splitWords } from './words.ts';
