import { describe, expect, it } from 'vitest';
import { parseRule } from '../canonical/parse-rule.ts';
import { latexRule } from './latex.ts';

describe('latexRule', () => {
  it.each([
    [
      'exp(sign(g) * sign(m)) * g',
      'e^{\\operatorname{sign}\\left(g\\right) \\cdot \\operatorname{sign}\\left(\\hat m\\right)} \\cdot g',
    ],
    ['m / (sqrt(v) + eps)', '\\frac{\\hat m}{\\sqrt{\\hat v} + \\varepsilon}'],
    ['(g + w) * g', '\\left(g + w\\right) \\cdot g'],
    ['g - (w - g)', 'g - \\left(w - g\\right)'],
    ['(-g)^2', '\\left(-g\\right)^{2}'],
    ['-g^2', '-g^{2}'],
    ['-(g + w)', '-\\left(g + w\\right)'],
    ['exp(g)^2', '\\left(e^{g}\\right)^{2}'],
    ['(g / w)^2', '\\left(\\frac{g}{w}\\right)^{2}'],
    ['1e-4 * w', '10^{-4} \\cdot w'],
    ['g - -2.5e-7', 'g - \\left(-2.5 \\cdot 10^{-7}\\right)'],
    ['log(abs(g))', '\\ln\\left(\\left|g\\right|\\right)'],
    [
      'ema(g, 0.9) + acc(g, 0.9)',
      '\\operatorname{ema}_{0.9}\\left(g\\right) + \\operatorname{acc}_{0.9}\\left(g\\right)',
    ],
    [
      'drop(g, 0.3) * clip(w, 1e-3)',
      '\\operatorname{drop}\\left(g, 0.3\\right) \\cdot \\operatorname{clip}\\left(w, 10^{-3}\\right)',
    ],
    ['ld * cd * rd(2)', '\\mathrm{ld} \\cdot \\mathrm{cd}_{0.5} \\cdot \\mathrm{rd}_{2}'],
    ['min(g, max(w, 1))', '\\min\\left(g, \\max\\left(w, 1\\right)\\right)'],
    ['norm(w) * mean(g)', '\\left\\lVert w \\right\\rVert \\cdot \\operatorname{mean}\\left(g\\right)'],
    ['adam - rmsprop', '\\mathrm{ADAM} - \\mathrm{RMSProp}'],
  ])('of %s', (text, latex) => {
    expect(latexRule(parseRule(text))).toBe(latex);
  });
});
