import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sampledRules } from '../../../test/sampled-rules.ts';
import { stream } from '../../random/index.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { printRule } from '../language/print.ts';
import { decoder, findSpace, uniformTokens } from '../spaces/index.ts';
import { canonicalize } from './canonicalize.ts';
import { ruleKey } from './key.ts';
import { parseRule } from './parse-rule.ts';

/** Named rules of version 0.1. */
const OF_THEN =
  /^(?:sgd|momentum|nesterov|adam|adamw|rmsprop|rmsprop-torch|adagrad|lion|signsgd|(?:power|add)sign.*|table1-.*|optimizer[12])$/;
const isOfThen = ({ name }: { readonly name: string }): boolean => OF_THEN.test(name);

describe('canonical texts and keys', () => {
  // Stores rest on them: results are found by key. If an intended change alters this hash, it belongs in the changelog.
  it('are what they have been since version 0.1', () => {
    const hash = createHash('sha256');
    const rules = [...sampledRules(1000), ...catalogue.filter(isOfThen).map(({ text }) => parseRule(text))];
    for (const rule of rules) hash.update(`${ruleKey(rule)} ${printRule(canonicalize(rule))}\n`);
    expect(hash.digest('hex').slice(0, 16)).toBe('29a1819cb1321e99');
  });

  it('have been the same as long over 45,000 samples of a space, as the paper’s search had', () => {
    const space = findSpace('icml2017/2');
    const { key } = decoder(space);
    const random = stream(17, 'golden');
    const hash = createHash('sha256');
    for (let i = 0; i < 45_000; i++) hash.update(key(uniformTokens(space, random)));
    expect(hash.digest('hex').slice(0, 16)).toBe('c7acfd39a278d614');
  });
});
