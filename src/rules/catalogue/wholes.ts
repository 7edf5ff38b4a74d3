import { type CatalogueEntry, entry } from './entry.ts';
import { lookahead } from './shared.ts';

/** The gradient, of norm 1 over all tensors if it is longer. */
const CLIPPED = '(min(1, 1 / (global(norm(g)) + 1e-6)) * g)';

/** Before the first step d is 1e-6; a step reads d as it was before. */
const before = (d: string): string => `where(t < 2, 1e-6, prev(${d}))`;

/** Prodigy's estimate of the distance to the solution. */
const PRODIGY_D =
  'rec(1e-6, max(self, ema(lr * self^2 * global(sum(g * (w0 - w))), sqrt(0.999)) / max(global(sum(abs(ema(lr * self^2 * g, sqrt(0.999))))), 1e-30)))';
const PRODIGY = before(PRODIGY_D);

const ADAPT_SUM = 'ema(lr * self * g, sqrt(0.999))';
const ADAPT_D = `rec(1e-6, max(self, ema(lr * self * global(sum(g * prev(${ADAPT_SUM}) / (sqrt(ema(g^2, 0.999)) + eps))), sqrt(0.999)) / max((1 - sqrt(0.999)) * global(sum(abs(${ADAPT_SUM}))), 1e-30)))`;

/** The norm of the first gradient of the network. */
const FIRST_NORM = 'rec(0, where(t < 2, max(global(norm(g)), eps), self))';
const STEPPED = `acc(lr * self / ${FIRST_NORM} * g, 1)`;
const SGD_D = `rec(1e-6, max(self, 2 * acc(lr * self / ${FIRST_NORM} * global(sum(g * prev(${STEPPED}))), 1) / max(global(norm(${STEPPED})), 1e-30)))`;

/** How far the weights have been from their start, at least a millionth of their size. */
const farthest = (norm: (x: string) => string): string =>
  `max(rec(0, max(self, ${norm('w - w0')})), 1e-6 * (1 + ${norm('w0')}))`;
const overAll = (x: string): string => `global(norm(${x}))`;

/** SWATS: the rate of SGD that would step as far along the gradient as Adam does, its average, and that rate once the two agree. */
const SGD_RATE = '(lr * global(sum(adam^2)) / global(sum(adam * g)))';
const AVERAGE_RATE = `(rec(0, where(abs(global(sum(adam * g))) > 0, 0.999 * self + 1e-3 * ${SGD_RATE}, self)) / (1 - 0.999^t))`;
const FOUND_RATE = `prev(rec(0, where(self > 0, self, (t > 1) * (abs(${AVERAGE_RATE} - ${SGD_RATE}) < 1e-9) * max(${AVERAGE_RATE}, 0))))`;

/** SRMM's share of what is new. */
const STAYS = '1 - t^-0.5';

/** Rules that read the whole network, the learning rate, or where the training began. */
export const wholes: readonly CatalogueEntry[] = [
  entry(
    'clipped-sgd',
    'SGD, clipped to the global norm 1',
    CLIPPED,
    'Pascanu et al. 2013; torch.nn.utils.clip_grad_norm_',
  ),
  entry(
    'clipped-adam',
    'Adam, clipped to the global norm 1',
    `ema(${CLIPPED}, 0.9) / (1 - 0.9^t) / (sqrt(ema(${CLIPPED}^2, 0.999) / (1 - 0.999^t)) + eps)`,
    'Pascanu et al. 2013; torch.nn.utils.clip_grad_norm_ before Adam',
  ),
  entry(
    'madgrad',
    'MADGRAD',
    '0.1 / lr * (w - w0 + acc(lr * sqrt(t) * g, 1) / (acc(lr * sqrt(t) * g^2, 1)^(1 / 3) + 1e-6))',
    'Defazio and Jelassi 2021, algorithm 1, momentum 0.9',
  ),
  entry(
    'swats',
    'SWATS, Adam and then SGD',
    `where(${FOUND_RATE} > 0, ema(${FOUND_RATE} * g, 0.9) / lr, adam)`,
    'Keskar and Socher 2017, "Improving Generalization Performance by Switching from Adam to SGD", to a rate above 0',
  ),
  entry(
    'srmm',
    'SRMM, its averages over all steps',
    `(w - ema(w, ${STAYS})) / lr + ema(g, ${STAYS})`,
    'Lyu 2022, "Stochastic regularized majorization-minimization", prox-linear surrogates of the weights t^-1/2',
  ),
  entry(
    'prodigy',
    'Prodigy',
    `${PRODIGY} * ema(${PRODIGY} * g, 0.9) / (sqrt(ema((${PRODIGY} * g)^2, 0.999)) + 1e-8 * ${PRODIGY})`,
    'Mishchenko and Defazio 2023, algorithm 4, at the learning rate 1',
  ),
  entry(
    'dadapt-adam',
    'D-Adaptation of Adam',
    `ema(lr * ${before(ADAPT_D)} * g, 0.9) / lr / (sqrt(ema(g^2, 0.999)) + eps)`,
    'Defazio and Mishchenko 2023, "Learning-Rate-Free Learning by D-Adaptation", Adam, at the learning rate 1',
  ),
  entry(
    'dadapt-sgd',
    'D-Adaptation of SGD',
    `0.1 / lr * (w - rec(w, self - lr * ${before(SGD_D)} / ${FIRST_NORM} * g))`,
    'Defazio and Mishchenko 2023, "Learning-Rate-Free Learning by D-Adaptation", SGD with β 0.9, at the learning rate 1',
  ),
  entry(
    'dog',
    'DoG',
    `${farthest(overAll)} / sqrt(acc(global(sum(g^2)), 1) + eps) * g`,
    'Ivgi et al. 2023, "DoG is SGD\'s Best Friend", at the learning rate 1',
  ),
  entry(
    'ldog',
    'LDoG',
    `${farthest((x) => `norm(${x})`)} / sqrt(acc(sum(g^2), 1) + eps) * g`,
    'Ivgi et al. 2023, "DoG is SGD\'s Best Friend", at the learning rate 1',
  ),
  entry(
    'dowg',
    'DoWG',
    `${farthest(overAll)}^2 / sqrt(acc(${farthest(overAll)}^2 * global(sum(g^2)), 1) + eps) * g`,
    'Khaled et al. 2023, "DoWG Unleashed", at the learning rate 1',
  ),
  entry(
    'lookahead-sgd',
    'Lookahead of SGD, 5 steps, 0.5',
    lookahead('g'),
    'Zhang et al. 2019, "Lookahead Optimizer"',
  ),
  entry(
    'lookahead-adam',
    'Lookahead of Adam, 5 steps, 0.5',
    lookahead('adam'),
    'Zhang et al. 2019, "Lookahead Optimizer"',
  ),
];
