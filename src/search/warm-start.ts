import { NosError } from '../errors.ts';
import { encode, resolveRule } from '../rules/index.ts';
import type { StrategyContext } from './strategy.ts';
import type { Tokens } from './strings.ts';

/**
 * The strings that a search begins with: its context's `warmStart`, in order.
 *
 * @throws NosError `bad-option` for a rule that the space cannot express; `bad-rule` or `unknown-name` for what is no rule.
 */
export function warmStartStrings({ space, warmStart = [] }: StrategyContext): readonly Tokens[] {
  return warmStart.map((rule) => {
    const tokens = encode(space, resolveRule(rule));
    if (tokens) return tokens;
    const limits = space.constraints.length > 0 ? ` under ${space.constraints.join(', ')}` : '';
    throw new NosError(
      'bad-option',
      `warm start: space '${space.name}' has no string for '${rule}'${limits}`,
      'leave it out, or choose a space with its operands and functions: `nos space NAME` lists them',
    );
  });
}
