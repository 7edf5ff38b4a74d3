import { type CatalogueEntry, entry } from './entry.ts';
import { LENGTH, torch } from './shared.ts';

/** How far Schedule-Free's weights y are from its z, for a step of `x`, averages of equal shares and β = 0.9. */
const apart = (x: string): string => `rec(0, (1 - 1 / t) * (self + 0.9 * lr * ${x}))`;
const scheduleFree = (x: string): string =>
  `prev(${apart(x)}) / (t * lr) + (1 - 0.9 * (1 - 1 / t)) * ${x}; eval: rec(w, ((t - 1) * self + 10 * w) / (t + 9))`;

/**
 * The square of Schedule-Free RAdam's rectifier, 0 before the squares of gradients have a length; the share that its average takes of a
 * step, the step of z, and the distance from the weights y to z after it.
 */
const RECTIFIED = `max(${LENGTH} - 4, 0) * (1 - 2 / ${LENGTH}) * ${1999 / (1995 * 1997)}`;
const TAKEN = `${RECTIFIED} / max(acc(${RECTIFIED}, 1), 1e-30)`;
const RADAM_STEP = `sqrt(${RECTIFIED}) * g / (sqrt(v) + eps)`;
const RADAM_APART = `rec(0, (1 - ${TAKEN}) * (self + 0.9 * lr * ${RADAM_STEP}))`;

/** Rules that read out other weights than those that they train. */
export const readouts: readonly CatalogueEntry[] = [
  entry(
    'schedule-free-sgd',
    'Schedule-Free SGD',
    scheduleFree('g'),
    'Defazio et al. 2024, "The Road Less Scheduled", β 0.9, as their program weighs steps of one learning rate',
  ),
  entry(
    'schedule-free-adamw',
    'Schedule-Free AdamW',
    scheduleFree('(g / (sqrt(v) + eps) + 1e-2 * w)'),
    'Defazio et al. 2024, "The Road Less Scheduled", β 0.9, as their program weighs steps of one learning rate',
  ),
  entry(
    'schedule-free-radam',
    'Schedule-Free RAdam',
    `${RADAM_STEP} + (prev(${RADAM_APART}) - ${RADAM_APART}) / lr; eval: w + ${RADAM_APART} / 9`,
    'Defazio et al. 2024, "The Road Less Scheduled", β 0.9, as their program weighs steps of one learning rate',
  ),
  entry(
    'asgd',
    'ASGD',
    '(g + 1e-4 * w) / (1 + 1e-4 * lr * (t - 1))^0.75; eval: rec(0, self + (w - self) / max(1, t - 1 - 1e6))',
    `${torch('ASGD')}, whose averaging begins after a million steps; its lambd in both places`,
  ),
  entry(
    'averaged-sgd',
    'SGD, averaged',
    'g; eval: acc(w, 1) / t',
    'Polyak and Juditsky 1992, as torch.optim.swa_utils averages it (PyTorch)',
  ),
  entry(
    'averaged-adam',
    'Adam, averaged over 1,000 steps',
    'adam; eval: ema(w, 0.999) / (1 - 0.999^t)',
    'Kingma and Ba 2015, section 7.2',
  ),
];
