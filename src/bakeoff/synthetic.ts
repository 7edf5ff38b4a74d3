import { stream } from '../random/index.ts';
import {
  canonicalize,
  decode,
  type Expression,
  findSpace,
  parseRule,
  printRule,
  type Space,
  uniformTokens,
} from '../rules/index.ts';
import { quantile } from '../statistics/index.ts';
import type { Landscape, LandscapeDefinition } from './landscape.ts';

/** Random strings whose rewards tell where a landscape's best hundredth begins. */
const SAMPLES = 2_000;

/** A hidden rule of fewer parts is drawn again: it would be found at once, or is a constant. */
const SMALLEST_HIDDEN = 6;

/**
 * A rule is the better the more of its canonical form it shares with that of a hidden rule of the space: with A and B the
 * multisets of their parts (subexpressions, the whole included; an operand of the space is one part, whatever is in it),
 *
 *     reward = 2·|A ∩ B| ÷ (|A| + |B|)                  (the F1 score; 1 for the hidden rule, however it is written)
 *
 * So single tokens are worth something, right combinations are worth more, and many strings are equal, as in real
 * searches; the optimum is known.
 */
export const parts: LandscapeDefinition = {
  name: 'parts',
  noises: [0.01, 0.05, 0.2],
  open: async (seed) => {
    const space = findSpace('icml2017/2');
    const partsOf = partsIn(space);
    const wanted = hiddenParts(space, seed);
    const reward: Landscape['reward'] = ({ expression }) => overlap(partsOf(expression), wanted);
    return { space, reward, optimum: 1, topHundredth: topHundredth(space, seed, reward) };
  },
};

/** An estimate, from random strings. */
function topHundredth(space: Space, seed: number, reward: Landscape['reward']): number {
  const random = stream(seed, 'random strings');
  const rewards = Array.from({ length: SAMPLES }, () => {
    const tokens = uniformTokens(space, random);
    return reward({ tokens, expression: decode(space, tokens) });
  });
  return quantile(rewards, 0.99);
}

function hiddenParts(space: Space, seed: number): readonly string[] {
  const random = stream(seed, 'hidden rule');
  const partsOf = partsIn(space);
  for (;;) {
    const parts = partsOf(decode(space, uniformTokens(space, random)));
    if (parts.length >= SMALLEST_HIDDEN) return parts;
  }
}

/** The texts of the parts of a rule's canonical form, sorted; as often as they occur. */
function partsIn(space: Space): (rule: Expression) => readonly string[] {
  const operands = new Set(space.operands.map((operand) => textOf(canonicalize(parseRule(operand)))));
  const visit = (e: Expression, into: string[]): void => {
    const text = textOf(e);
    into.push(text);
    if (e.kind === 'call' && !operands.has(text)) for (const arg of e.args) visit(arg, into);
  };
  return (rule) => {
    const found: string[] = [];
    visit(canonicalize(rule), found);
    return found.sort();
  };
}

const textOf = (e: Expression): string =>
  e.kind === 'call' ? `${e.name}(${e.args.map(textOf)};${e.parameters})` : printRule(e);

/** The F1 score of two sorted lists taken as multisets. */
function overlap(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i] as string, b[j] as string];
    if (x === y) common++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return (2 * common) / (a.length + b.length);
}
