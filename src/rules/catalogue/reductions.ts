import { type CatalogueEntry, entry } from './entry.ts';

/** LAMB's step before it is scaled to the size of the weights. */
const UNSCALED = '(m / (sqrt(v) + 1e-6) + 1e-2 * w)';

/** What is let through: where the momentum still agrees with the gradient, scaled so that the step keeps its size. */
const cautiously = (step: string, direction: string): string =>
  `${step} * (${direction} * g > 0) / max(mean(${direction} * g > 0), 1e-3)`;

const LION = '(0.9 * prev(ema(g, 0.99)) + 0.1 * g)';

/** NovoGrad's running average of squared norms, which starts at the first. */
const SQUARED_NORM = 'rec(0, where(t < 2, sum(g^2), 0.98 * self + 0.02 * sum(g^2)))';

/** The gradient, as large as the gradients before were if it is smaller. */
const NORM_KEPT = '(g * where(norm(g) > 0, max(ema(norm(g), 0.95) / norm(g), 1), 1))';

/** MARS's gradient with its change since the step before, 0.025 · 0.95 / (1 − 0.95) of it, at most of norm 1. */
const CHANGED = '(g + 0.475 * (g - prev(g)))';
const MARS = `(${CHANGED} / max(norm(${CHANGED}), 1))`;

/** The standard deviation of a tensor's gradients. */
const DEVIATION = 'sqrt(sum((g - mean(g))^2) / max(sum(1) - 1, 1))';

/** Rules that reduce over tensors. */
export const reductions: readonly CatalogueEntry[] = [
  entry(
    'lars',
    'LARS, trust coefficient 1e-3',
    'acc(where(norm(w) * norm(g) > 0, 1e-3 * norm(w) / (norm(g) + 1e-4 * norm(w)), 1) * (g + 1e-4 * w), 0.9)',
    'You et al. 2017, "Large Batch Training of Convolutional Networks", for every tensor',
  ),
  entry(
    'lamb',
    'LAMB',
    `where(norm(w) * norm(${UNSCALED}) > 0, norm(w) / norm(${UNSCALED}), 1) * ${UNSCALED}`,
    'You et al. 2020, "Large Batch Optimization for Deep Learning", algorithm 2',
  ),
  entry(
    'cautious-adamw',
    'Cautious AdamW',
    `${cautiously('m / (sqrt(v) + eps)', 'm')} + 1e-2 * w`,
    'Liang et al. 2024, "Cautious Optimizers", scaled as their program does',
  ),
  entry(
    'cautious-lion',
    'Cautious Lion',
    cautiously(`sign(${LION})`, LION),
    'Liang et al. 2024, "Cautious Optimizers", scaled as their program does',
  ),
  entry(
    'stable-adamw',
    'StableAdamW',
    '(m / (sqrt(v) + eps) + 1e-2 * w) / max(1, rms(g / max(sqrt(v), eps)))',
    'Wortsman et al. 2023, "Stable and low-precision training for large-scale vision-language models", algorithm 2',
  ),
  entry(
    'novograd',
    'NovoGrad 0.95, 0.98',
    `acc(g / (sqrt(${SQUARED_NORM}) + eps) + 1e-3 * w, 0.95)`,
    'Ginsburg et al. 2019, algorithm 1',
  ),
  entry(
    'adanorm',
    'AdaNorm of Adam',
    `ema(${NORM_KEPT}, 0.9) / (1 - 0.9^t) / (sqrt(v) + eps)`,
    'Dubey et al. 2022, "AdaNorm: Adaptive Gradient Norm Correction", AdamNorm',
  ),
  entry(
    'mars',
    'MARS AdamW',
    `ema(${MARS}, 0.95) / (1 - 0.95^t) / (sqrt(ema(${MARS}^2, 0.99) / (1 - 0.99^t)) + eps) + 1e-2 * w`,
    'Yuan et al. 2024, algorithm 2, with the gradient of the step before',
  ),
  entry(
    'fromage',
    'Fromage, at the learning rate 1e-2',
    '100 * (1 - 1 / sqrt(1.0001)) * w + norm(w) / max(norm(g), eps) / sqrt(1.0001) * g',
    'Bernstein et al. 2020, "On the distance between two neural networks"',
  ),
  entry(
    'sgd-sai',
    'SGD SaI',
    `rec(0, where(t < 2, norm(g) / where(${DEVIATION} > 0, ${DEVIATION} + eps, 1), self)) * ema(g, 0.9)`,
    'Xu et al. 2024, "No More Adam: Learning Rate Scaling at Initialization is All You Need"',
  ),
  entry(
    'gravity',
    'Gravity, started from 0',
    'ema(g / (1 + (g * amax(g))^2), (0.9 * t + 1) / (t + 2))',
    'Bahrami and Zadeh 2021, "Gravity Optimizer"',
  ),
  entry(
    'rms-adam',
    'Normalized Adam, the RMS of whose update is 1',
    'adam / max(rms(adam), eps)',
    'Shazeer and Stern 2018 bound it so, "Adafactor", section 6',
  ),
  entry(
    'scaled-sign',
    'Scaled sign',
    'sign(g) * mean(abs(g))',
    'Karimireddy et al. 2019, without feedback of errors',
  ),
  entry(
    'normalized-momentum',
    'Normalized momentum',
    'ema(g, 0.9) / max(norm(ema(g, 0.9)), eps)',
    'Cutkosky and Mehta 2020, "Momentum Improves Normalized SGD"',
  ),
];
