export { decode } from './decode.ts';
export { spaces } from './definitions.ts';
export { encode } from './encode.ts';
export type { SpaceOptions } from './find.ts';
export { chosenVocabularies, findSpace } from './find.ts';
export { allowedTokens, spaceSize } from './masks.ts';
export type { Constraint, Position, Space, SpaceDefinition, Vocabulary } from './space.ts';
export { constraints, positions, tokenText } from './space.ts';
export { strings } from './strings.ts';
