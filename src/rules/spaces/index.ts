export { decode } from './decode.ts';
export type { SpaceOptions } from './definitions.ts';
export { findSpace, spaces } from './definitions.ts';
export { encode } from './encode.ts';
export { allowedTokens, spaceSize } from './masks.ts';
export type { Constraint, Position, Space, SpaceDefinition } from './space.ts';
export { constraints, positions, tokenText } from './space.ts';
