import { type CatalogueEntry, entry } from './entry.ts';
import { rectified, torch } from './shared.ts';

/** NAdam's share of momentum at a step. */
const share = (t: string): string => `(0.9 * (1 - 0.5 * 0.96^(4e-3 * ${t})))`;
const SHARES = `rec(1, self * ${share('t')})`;

/** Rprop's gradients: 0 where the sign has just turned. */
const UNTURNED = 'rec(0, where(g * self < 0, 0, g))';
const RPROP_FACTOR = `where(g * prev(${UNTURNED}) > 0, 1.2, where(g * prev(${UNTURNED}) < 0, 0.5, 1))`;

/** How much the squares of updates that Adadelta averages are to be. */
const DELTAS = 'rec(0, 0.9 * self + 0.1 * (g^2 * (self + 1e-6) / (ema(g^2, 0.9) + 1e-6)))';

/** Adan's difference of gradients, 0 at the first step. */
const TURN = 'where(t < 2, 0, g - prev(g))';

/** ADOPT's g over the root of the average before this step, bounded by (t - 1)^0.25. */
const ADOPTED =
  'max(-(t - 1)^0.25, min((t - 1)^0.25, g / max(sqrt(prev(rec(0, where(t < 2, g^2, 0.9999 * self + 1e-4 * g^2)))), 1e-6)))';

/** AdEMAMix's slow decay rate: from 0.9 to 0.9999 over the training, linear in its half-life. */
const SLOW = 'min(exp(log(0.9) * log(0.9999) / ((1 - t / T) * log(0.9999) + t / T * log(0.9))), 0.9999)';

/** Rules that keep what no running average is. */
export const recurrences: readonly CatalogueEntry[] = [
  entry(
    'amsgrad',
    'AMSGrad',
    'm / (sqrt(rec(0, max(self, ema(g^2, 0.999))) / (1 - 0.999^t)) + eps)',
    `Reddi et al. 2018; ${torch('Adam, amsgrad')}`,
  ),
  entry('adamax', 'Adamax', 'm / rec(0, max(0.999 * self, abs(g) + eps))', torch('Adamax')),
  entry(
    'yogi',
    'Yogi',
    'rec(1e-6, 0.9 * self + 0.1 * g) / (1 - 0.9^t) / (sqrt(rec(1e-6, self - 1e-3 * sign(self - g^2) * g^2) / (1 - 0.999^t)) + 1e-3)',
    'Zaheer et al. 2018, as optax.yogi starts it',
  ),
  entry(
    'adadelta',
    'Adadelta',
    `sqrt(prev(${DELTAS}) + 1e-6) / sqrt(ema(g^2, 0.9) + 1e-6) * g`,
    torch('Adadelta'),
  ),
  entry(
    'nadam',
    'NAdam',
    `((1 - ${share('t')}) * g / (1 - ${SHARES}) + ${share('(t + 1)')} * ema(g, 0.9) / (1 - ${SHARES} * ${share('(t + 1)')})) / (sqrt(v) + eps)`,
    torch('NAdam'),
  ),
  entry('radam', 'RAdam', rectified('m', 'g', 'eps'), torch('RAdam')),
  entry(
    'adan',
    'Adan 0.98, 0.92, 0.99',
    `(ema(g, 0.98) / (1 - 0.98^t) + 0.92 * ema(${TURN}, 0.92) / (1 - 0.92^t)) / (sqrt(ema((g + 0.92 * ${TURN})^2, 0.99) / (1 - 0.99^t)) + eps)`,
    'Xie et al. 2022, "Adan: Adaptive Nesterov Momentum Algorithm"',
  ),
  entry(
    'adopt',
    'ADOPT',
    `ema(where(t < 2, 0, ${ADOPTED}), 0.9)`,
    'Taniguchi et al. 2024, with its clipping',
  ),
  entry(
    'ademamix',
    'AdEMAMix',
    `(m + 5 * t / T * ema(g, ${SLOW})) / (sqrt(v) + eps)`,
    'Pagliardini et al. 2024, its schedules over the whole training',
  ),
  entry(
    'rprop',
    'Rprop, whose first step is the learning rate',
    `sign(${UNTURNED}) * rec(1, max(1e-6, min(50, self * ${RPROP_FACTOR})))`,
    torch('Rprop'),
  ),
];
