import fc from 'fast-check';
import { spaces } from '../src/rules/spaces/definitions.ts';
import { findSpace } from '../src/rules/spaces/find.ts';
import { constraints, type Space } from '../src/rules/spaces/space.ts';

/** For tests: what random spaces are made of. */
const texts = {
  operands: ['g', 'm', 'v', 'sign(g)', '1', '1e-3 * w', 'adam', 'sqrt(abs(g))', 'g - m'],
  unary: ['x', '-x', 'exp(x)', 'drop(x, 0.1)', 'sign(x)', 'x * tanh(x)', '2 * x + w'],
  binary: ['x + y', 'x - y', 'x * y', 'x / (y + eps)', 'x', 'max(x, y)', 'x * y + x', 'y + x'],
};

/** A named space of one to four operands and one to three functions of each kind, under any constraints. */
export const narrowed: fc.Arbitrary<Space> = fc
  .record({
    name: fc.constantFrom(...spaces.names),
    iterations: fc.integer({ min: 1, max: 3 }),
    constraints: fc.subarray([...constraints]),
    operands: fc.shuffledSubarray(texts.operands, { minLength: 1, maxLength: 4 }),
    unary: fc.shuffledSubarray(texts.unary, { minLength: 1, maxLength: 3 }),
    binary: fc.shuffledSubarray(texts.binary, { minLength: 1, maxLength: 3 }),
  })
  .map(({ name, ...options }) => unlessEmpty(() => findSpace(name, options)))
  .filter((space) => space !== undefined);

function unlessEmpty(find: () => Space): Space | undefined {
  try {
    return find();
  } catch (error) {
    if ((error as Error).message.includes('has no rule under')) return undefined;
    throw error;
  }
}
