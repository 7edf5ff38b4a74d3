import { registry } from '../../registry.ts';
import type { SpaceDefinition } from './space.ts';

/** NOS §4.1, the whole list; the small constant noise is 1e-2 · N(0, 1) by our reading. */
const icml2017: SpaceDefinition = {
  name: 'icml2017',
  title: 'the ICML paper (NOS §4.1): 16 operands, 11 unary and 5 binary functions',
  iterations: 2,
  operands: [
    'g',
    'g^2',
    'g^3',
    'm',
    'v',
    'gamma',
    'sign(g)',
    'sign(m)',
    '1',
    '1e-2 * noise',
    '1e-4 * w',
    '1e-3 * w',
    '1e-2 * w',
    '1e-1 * w',
    'adam',
    'rmsprop',
  ],
  unary: [
    'x',
    '-x',
    'exp(x)',
    'log(abs(x))',
    'clip(x, 1e-5)',
    'clip(x, 1e-4)',
    'clip(x, 1e-3)',
    'drop(x, 0.1)',
    'drop(x, 0.3)',
    'drop(x, 0.5)',
    'sign(x)',
  ],
  binary: ['x + y', 'x - y', 'x * y', 'x / (y + eps)', 'x'],
};

/** The arXiv edition: √|x| among the unary functions; the constant 2, the decays and the annealed noise as operands. */
const arxiv2017: SpaceDefinition = {
  name: 'arxiv2017',
  title: 'the arXiv edition: icml2017 with √|x|, 2, linear, cosine and restart decay, annealed noise',
  iterations: 2,
  operands: [...icml2017.operands, '2', 'ld', 'cd', 'rd', 'anneal'],
  unary: [...icml2017.unary, 'sqrt(abs(x))'],
  binary: icml2017.binary,
};

/**
 * A small part of icml2017 for searches of minutes. What mostly makes a rule useless is left out: −x and x − y (half of
 * those rules climb), even powers, the constant 1, noise and large weight terms, log|x|, and division, which the operands
 * `adam` and `rmsprop` have in them.
 */
const quick: SpaceDefinition = {
  name: 'quick',
  title: 'a subset of icml2017 for short searches: 8 operands, 6 unary and 3 binary functions',
  iterations: 2,
  operands: ['g', 'm', 'v', 'sign(g)', 'sign(m)', '1e-3 * w', 'adam', 'rmsprop'],
  unary: ['x', 'exp(x)', 'clip(x, 1e-4)', 'drop(x, 0.1)', 'drop(x, 0.3)', 'sign(x)'],
  binary: ['x + y', 'x * y', 'x'],
};

/** Where PowerSign and AddSign live, with their decays (arXiv edition): 3 iterations reach e^(ld·sign(g)·sign(m))·g. */
const signs: SpaceDefinition = {
  name: 'signs',
  title: 'the families PowerSign and AddSign with their decays: 9 operands, 4 unary and 3 binary functions',
  iterations: 3,
  operands: ['g', 'm', 'sign(g)', 'sign(m)', '1', '2', 'ld', 'cd', 'rd'],
  unary: ['x', 'exp(x)', 'abs(x)', 'sign(x)'],
  binary: ['x + y', 'x * y', 'x'],
};

/** Rules of one slot per weight, the memory of Momentum: no second moment. */
const momentum: SpaceDefinition = {
  name: 'momentum',
  title:
    'at most one running average (of g), the memory of Momentum: 9 operands, 8 unary and 5 binary functions',
  iterations: 2,
  operands: ['g', 'g^2', 'g^3', 'm', 'sign(g)', 'sign(m)', '1', '1e-4 * w', '1e-3 * w'],
  unary: ['x', '-x', 'exp(x)', 'clip(x, 1e-4)', 'clip(x, 1e-3)', 'drop(x, 0.1)', 'drop(x, 0.3)', 'sign(x)'],
  binary: icml2017.binary,
};

/** AdEMAMix's slow average and its weight: its time constant grows from that of 0.9 to that of 0.9999 over the training, as its half-life does. */
const SLOW = '5 * t / T * ema(g, exp(-1 / (9.4912 + 9990 * t / T)))';

/** Yogi's second moment, from its authors' start. */
const YOGI = 'rec(1e-6, self - 1e-3 * sign(self - g^2) * g^2)';

/**
 * What optimizers of 2018 to 2025 are made of: masks, norms and recurrences. Of the paper's operands those are left out that none of
 * these optimizers has (even and odd powers, noise, large weight terms), and of its functions −x and x − y, as in `quick`. Binary functions
 * have three arguments at most and unary ones one, so that a rule of three iterations has at most 1,000 nodes.
 */
const modern2026: SpaceDefinition = {
  name: 'modern2026',
  title: 'masks, norms and recurrences of today: 16 operands, 15 unary and 11 binary functions',
  iterations: 2,
  operands: [
    'g',
    'm',
    'v',
    'sign(g)',
    'sign(m)',
    '1',
    'w',
    '1e-2 * w',
    '1e-4 * w',
    'adam',
    'rmsprop',
    // Lion's mixture, the change of the gradient as Adan weighs it, AdaBelief's surprise.
    '0.9 * prev(ema(g, 0.99)) + 0.1 * g',
    '0.9 * where(t < 2, 0, g - prev(g))',
    'g - ema(g, 0.9)',
    SLOW,
    YOGI,
  ],
  unary: [
    'x',
    '0.5 * x',
    'exp(x)',
    'sign(x)',
    'abs(x)',
    'sqrt(abs(x))',
    'clip(x, 1)',
    'drop(x, 0.1)',
    'prev(x)',
    'ema(x, 0.9) / (1 - 0.9^t)',
    'ema(x^2, 0.999) / (1 - 0.999^t)',
    'acc(x^2, 1)',
    'rec(0, max(self, x))',
    'rec(0, max(0.999 * self, abs(x)))',
    'rms(x)',
  ],
  binary: [
    'x + y',
    'x * y',
    'x',
    'x / (y + eps)',
    'x / (sqrt(abs(y)) + eps)',
    '0.9 * x + 0.1 * y',
    // Masks: where two values agree, the one where they do, and one through a mask with its size kept.
    '0 < x * y',
    'where(0 < x * y, x, 0)',
    'x * y / max(mean(y), 1e-3)',
    // Norms: at most as large as y is above 1, and as large as y (LAMB), for which tiny weights count as 1e-3.
    'x / max(rms(y), 1)',
    'x * max(rms(y), 1e-3) / max(rms(x), eps)',
  ],
};

/** Every named space. */
export const spaces = registry<SpaceDefinition>('space', [
  quick,
  icml2017,
  arxiv2017,
  signs,
  momentum,
  modern2026,
]);
