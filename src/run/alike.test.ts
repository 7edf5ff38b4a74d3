import { expect, it } from 'vitest';
import { identityOf } from '../evaluation/index.ts';
import { AlikeRules } from './alike.ts';

it('the first of the rules that do the same stands for them, and the first of a shape for the others', () => {
  const alike = new AlikeRules();
  const meet = (text: string) => {
    const { rule, like } = alike.meet(identityOf(text));
    return [rule.text, ...(like ? [like.rule.text, like.factor] : [])];
  };
  const ema = identityOf('ema(g, 0.9)').text;
  expect(meet('ema(g, 0.9)')).toEqual([ema]);
  const acc = identityOf('acc(g, 0.9)').text;
  expect(meet('acc(g, 0.9)')).toEqual([acc, ema, 10]);
  expect(meet('10 * ema(g, 0.9)')).toEqual([acc, ema, 10]);
  expect(meet('1e-3 * ema(g, 0.9)')).toEqual([identityOf('1e-3 * ema(g, 0.9)').text, ema, 1e-3]);
  expect(meet('0.1 * acc(g, 0.9)')).toEqual([ema]);
  expect(meet('sign(acc(g, 0.9))')).toEqual(meet('sign(ema(g, 0.9))'));
  expect(meet('m')).toEqual([identityOf('m').text]);
  const reference = identityOf('100 * m');
  expect(alike.meet(reference, true)).toEqual({ rule: reference });
  expect(alike.meet(reference)).toEqual({ rule: reference });
});

it('a near copy has the first that it is near to, unless it is a reference, or nobody looks for copies', () => {
  const alike = new AlikeRules({ near: true });
  const meet = (text: string, trained = false) => alike.meet(identityOf(text), trained).near?.rule.text;
  const adam = identityOf('adam').text;
  expect(meet('adam')).toBeUndefined();
  expect(meet('adam + clip(w, 1e-4)')).toBe(adam);
  // Near to the copy, as all copies are, and not to be told from Adam by anything else.
  expect(meet('adam + clip(g, 1e-4)')).toBe(adam);
  expect(meet('adamw', true)).toBeUndefined();
  for (const other of ['10 * adam + clip(w, 1e-4)', '2 * adam', 'drop(adam, 0.1)', 'log(abs(g))']) {
    expect(meet(other), other).toBeUndefined();
  }
  // Not finite at a weight of 0, which ordinary ones never are.
  expect(meet('adam + clip(log(abs(w)), 1e-4) * log(abs(w))')).toBeUndefined();
  const others = new AlikeRules();
  others.meet(identityOf('adam'));
  expect(others.meet(identityOf('adam + clip(w, 1e-4)')).near).toBeUndefined();
});
