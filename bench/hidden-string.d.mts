import type { TokenSpace } from '../src/controller/shape.ts';

export function paperSpace(iterations: number): TokenSpace;
export function hiddenString(space: TokenSpace, seed: number): (tokens: readonly number[]) => number;
export function relatives(space: TokenSpace, seed: number, count: number): readonly (readonly number[])[];
