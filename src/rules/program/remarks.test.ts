import { describe, expect, it } from 'vitest';
import { catalogue, resolveRule } from '../catalogue/catalogue.ts';
import { remarksOn } from './remarks.ts';

describe('remarksOn', () => {
  it.each(catalogue.map(({ name }) => name).filter((name) => name !== 'fadam'))(
    'says nothing of %s',
    (name) => {
      expect(remarksOn(resolveRule(name))).toEqual([]);
    },
  );

  // Its ε is a share of the gradient's size: of a tensor without any gradient, 0 is divided by 0, as in its paper.
  it('warns of fadam', () => {
    expect(remarksOn(resolveRule('fadam'))).toEqual([expect.stringContaining('where the gradient is 0')]);
  });

  it.each([
    ['2', ['it does not depend on the gradient']],
    ['w - w + 1', ['it does not depend on the gradient']],
    ['1e-2 * noise', ['it does not depend on the gradient']],
    ['g / 0', ['its step is not finite for any of some ordinary gradients']],
    [
      '1 / 0',
      ['it does not depend on the gradient', 'its step is not finite for any of some ordinary gradients'],
    ],
    ['log(g)', ['its step is not finite at a gradient of -0.1, -0.001']],
    ['g / abs(g)', ['its step is not finite where the gradient is 0, as it often is behind a ReLU']],
    ['exp(1 / prev(g))', ['its step is not finite for any of some ordinary gradients']],
  ])('says of %s what is odd', (text, remarks) => {
    expect(remarksOn(resolveRule(text))).toEqual(remarks);
  });
});
