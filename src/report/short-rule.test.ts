import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalize, catalogue, parseRule, printRule, ruleKey } from '../rules/index.ts';
import { type ShortRule, shortRules } from './short-rule.ts';

let short: ShortRule;
beforeAll(async () => {
  short = await shortRules();
});
const canonical = (text: string): string => printRule(canonicalize(parseRule(text)));

describe('short rule texts', () => {
  it('name the operands', () => {
    expect(short(canonical('adam'))).toBe('adam');
    expect(short(canonical('m * exp(v)'))).toBe('m * exp(v)');
  });

  it.each(catalogue)('leave the name $name as it stands', ({ name }) => {
    expect(short(name)).toBe(name);
  });

  it.each(catalogue.map(({ name, text }) => [name, text]))('of %s denote the same rule', (_, text) => {
    const shortened = short(canonical(text));
    expect(ruleKey(parseRule(shortened))).toBe(ruleKey(parseRule(text)));
    expect(shortened.length).toBeLessThanOrEqual(canonical(text).length);
  });
});
