import { type CatalogueEntry, entry } from './entry.ts';

/** An average of an expression without the pull of its zero start. */
const corrected = (x: string, b: number): string => `ema(${x}, ${b}) / (1 - ${b}^t)`;

const adamOf = (g: string, b1: number, b2: number, eps: string): string =>
  `${corrected(g, b1)} / (sqrt(${corrected(`${g}^2`, b2)}) + ${eps})`;

/** Adam's factor of the average of g, with its corrections. */
const ADAM_RATE = 'sqrt(1 - 0.999^t) / (1 - 0.9^t) / (sqrt(ema(g^2, 0.999)) + eps)';
const MOD_RATE = '1 / (sqrt(v) + eps)';

/** Positive and negative momentum: each of two averages takes every second gradient. */
const EVERY_SECOND = 'rec(0, 0.81 * prev(self) + 0.19 * g)';
const POSITIVE_NEGATIVE = `(2 * ${EVERY_SECOND} - prev(${EVERY_SECOND})) / sqrt(5)`;

/** How far a weight has come, of the way that it went; 1 before it moved. */
const WAY = 'acc(where(t < 2, 0, abs(w - prev(w))), 1)';
const EFFECTIVE = `where(${WAY} > 0, abs(w - rec(w, self)) / ${WAY}, 1)`;
const SMOOTHING = `(0.49 * ${EFFECTIVE} + 0.01)^2`;

/** Two projections of g and of its average on each other multiply both by the square of their cosine. */
const AIDA_COSINE = 'sum(g * ema(g, 0.9))^2 / (sum(g^2) * sum(ema(g, 0.9)^2) + 1e-30)';
const AIDA_SURPRISE = `${AIDA_COSINE} * (ema(g, 0.9) - g)`;

/** Amos at the learning rate 0.01 and the scale 0.5: its correction of the mean square, and its decay for a state b. */
const AMOS_INVERSE = `(1 - 0.999^t) / (ema(mean(g^2), 0.999) + 1e-18)`;
const amosDecay = (b: string): string => `(1e-4 * ${AMOS_INVERSE} * mean(g^2) / sqrt(1 + 0.025 * ${b}))`;
const AMOS_STATE = `prev(rec(0, self * (1 + ${amosDecay('self')}) + ${amosDecay('self')}))`;

/** Apollo's last direction for its diagonal b, and its length. */
const apolloLast = (b: string): string => `prev(m) / max(abs(${b}), 1)`;
const apolloLength = `(sum((${apolloLast('self')})^4)^0.25 + 1e-4)`;
const apolloUnit = `(${apolloLast('self')} / ${apolloLength})`;
const APOLLO_DIAGONAL = `rec(0, self - ${apolloUnit}^2 * (0.1 / (1 - 0.9^t) * sum((g - prev(m)) / ${apolloLength} * ${apolloUnit}) + sum(self * ${apolloUnit}^2)))`;

const BCOS_MOMENTUM = 'rec(g, 0.9 * self + 0.1 * g)';
const BCOS_BEFORE = `where(t < 2, g, prev(${BCOS_MOMENTUM}))`;

const EXADAM_SLOW = '(1 + ema(g^2, 0.999) / (ema(g^2, 0.999) + eps) * 0.999^t)';
const EXADAM_FAST = '(1 + ema(g, 0.9)^2 / (ema(g, 0.9)^2 + eps) * 0.9^t)';

/** The root of FAdam's Fisher information. */
const FISHER = '(sqrt(v) + min(rms(g), 1) * eps)';
const bounded = (x: string): string => `${x} / max(rms(${x}), 1)`;

const GROKKED = '(g + 2 * rec(g, 0.98 * self + 0.02 * g))';

const KATE_SQUARES = 'acc(g^2 + 1e-8, 1)';

/** MSVAG's variance about the mean, kept up as it is so that no digits cancel, and the share of it that the mean has. */
const MSVAG_NEW = '0.1 / (1 - 0.9^t)';
const MSVAG_VARIANCE = `rec(0, (1 - ${MSVAG_NEW}) * (self + ${MSVAG_NEW} * (g - prev(m))^2))`;
const MSVAG_SHARE = 'min(0.1 * (1 + 0.9^t) / (1.9 * (1 - 0.9^t)), 0.9999)';

/** An average of what comes with gradients that are not 0. */
const whenPresent = (b: string, x: string): string =>
  `rec(0, where(abs(g) > 0, ${b} * self + (1 - ${b}) * ${x}, self))`;

/** Steps since the last multiple of a number. */
const since = (period: number): string => `rec(0, where(self < ${period - 1}, self + 1, 0))`;

/** SPAM's gradients: spikes are cut, but for the 20 steps after a restart. */
const SINCE_500 = since(500);
const kept = (state: string, period: string): string => `where(${period} < 1, 0, ${state})`;
const cut = (v: string): string =>
  `where((20 <= ${SINCE_500}) * (g^2 > 5000 * ${v}), sign(g) * sqrt(5000 * ${v}), g)`;
const SPAM_SQUARES = `rec(0, 0.999 * ${kept('self', SINCE_500)} + 1e-3 * ${cut(kept('self', SINCE_500))}^2)`;
const SPAM_GRADIENT = cut(kept(`prev(${SPAM_SQUARES})`, SINCE_500));
const SPAM_WARMUP = `where(max(t < 500, 50 <= ${SINCE_500}), 1, 1 - 0.495 * (1 + cos(3.141592653589793 * (${SINCE_500} + 1) / 51)))`;

/** StableSPAM's gradients, bounded by the average of their largest, and of the norm that they have had. */
const SPIKE = `(${corrected('amax(g)', 0.999)})`;
const DESPIKED = `where(abs(g) > ${SPIKE}, g / amax(g) * ${SPIKE}, g)`;
const DESPIKED_NORM = `norm(${DESPIKED})`;
const STEADY = `(${DESPIKED} / max(${DESPIKED_NORM}, 1e-30) * ${corrected(DESPIKED_NORM, 0.7)} / (sqrt(${corrected(`${DESPIKED_NORM}^2`, 0.9)}) + eps))`;
const SINCE_1000 = since(1000);
const STEADY_STEP = `(${SINCE_1000} + (1000 <= t))`;
const steadily = (x: string, b: number): string =>
  `rec(0, ${b} * ${kept('self', SINCE_1000)} + (1 - ${b}) * ${x}) / (1 - ${b}^${STEADY_STEP})`;

/** Optimizers of papers that the large collections for PyTorch have; `docs/optimizers.md` lists what those have. */
export const published: readonly CatalogueEntry[] = [
  entry(
    'adabelief',
    'AdaBelief',
    `m / (sqrt(${corrected('(g - ema(g, 0.9))^2', 0.999)}) + 1e-16)`,
    'Zhuang et al. 2020, "AdaBelief Optimizer"',
  ),
  entry(
    'adabound',
    'AdaBound, whose final rate is 100 times the learning rate',
    `ema(g, 0.9) * max(100 * (1 - 1 / (1e-3 * t + 1)), min(100 * (1 + 1 / (1e-3 * t)), ${ADAM_RATE}))`,
    'Luo et al. 2019, "Adaptive Gradient Methods with Dynamic Bound of Learning Rate"',
  ),
  entry('adamod', 'AdaMod', `m * min(${MOD_RATE}, ema(${MOD_RATE}, 0.999))`, 'Ding et al. 2019, algorithm 1'),
  entry(
    'adapnm',
    'AdaPNM',
    `${POSITIVE_NEGATIVE} / (1 - 0.9^t) / (sqrt(rec(0, max(self, ema(g^2, 0.999)))) / sqrt(1 - 0.999^t) + eps)`,
    'Xie et al. 2021, "Positive-Negative Momentum", algorithm 2',
  ),
  entry(
    'adasmooth',
    'AdaSmooth 0.5, 0.99, over all steps so far',
    `g / sqrt(rec(0, ${SMOOTHING} * g^2 + (1 - ${SMOOTHING}) * self) + 1e-6)`,
    'Lu 2022, "AdaSmooth: An Adaptive Learning Rate Method based on Effective Ratio"',
  ),
  entry('aggmo', 'AggMo 0, 0.9, 0.99', '(g + acc(g, 0.9) + acc(g, 0.99)) / 3', 'Lucas et al. 2019'),
  entry(
    'aida',
    'Aida, two projections',
    `m / (sqrt(acc(1e-3 * (${AIDA_SURPRISE})^2 + 1e-16, 0.999) / (1 - 0.999^t)) + 1e-16)`,
    'Zhang et al. 2022, "On Suppressing Range of Adaptive Stepsizes of Adam"',
  ),
  entry(
    'amos',
    'Amos, at the learning rate 1e-2, with the scale 0.5',
    `(50 * ${amosDecay(AMOS_STATE)} * w + 0.5 * sqrt(${AMOS_INVERSE}) * g) / (1 + 0.25 * sqrt(5e-3) * ${AMOS_STATE})`,
    'Tian and Parikh 2022, "Amos: An Adam-style Optimizer with Adaptive Weight Decay"',
  ),
  entry(
    'ano',
    'Ano',
    `abs(g) * sign(ema(g, 0.92)) / (sqrt(rec(0, 0.99 * self + 0.01 * sign(g^2 - self) * g^2) / (1 - 0.99^t)) + eps)`,
    'Kegreisz 2025, "Ano: Faster is Better in Noisy Landscapes"',
  ),
  entry(
    'apollo',
    'Apollo, the diagonal quasi-Newton method, after its warm-up',
    `m / max(abs(${APOLLO_DIAGONAL}), 1)`,
    'Ma 2020, "Apollo: An Adaptive Parameter-wise Diagonal Quasi-Newton Method"',
  ),
  entry(
    'bcos',
    'BCOS, conditional',
    `${BCOS_MOMENTUM} / (sqrt(0.972 * (${BCOS_BEFORE})^2 + 0.01 * g^2 + 0.018 * ${BCOS_BEFORE} * g) + 1e-6) + 0.1 * w`,
    'Jiang and Xiao 2025, "Stochastic Approximation with Block Coordinate Optimal Stepsizes"',
  ),
  entry(
    'diffgrad',
    'diffGrad',
    'adam / (1 + exp(-abs(prev(g) - g)))',
    'Dubey et al. 2019, "diffGrad: An Optimization Method for Convolutional Neural Networks"',
  ),
  entry(
    'exadam',
    'EXAdam',
    `(m + g / (1 - 0.9^t)) * ${EXADAM_SLOW} / (sqrt(v * ${EXADAM_FAST}) + eps)`,
    'Adly 2024, "EXAdam: The Power of Adaptive Cross-Moments"',
  ),
  entry(
    'fadam',
    'FAdam',
    `ema(${bounded(`(g / ${FISHER})`)}, 0.9) + 0.1 * ${bounded(`(w / ${FISHER})`)}`,
    'Hwang 2024, "FAdam: Adam is a natural gradient optimizer"',
  ),
  entry(
    'focus',
    'FOCUS',
    'sign(ema(g, 0.9)) + 0.1 * sign(w - rec(w, self + 1e-3 / (1 - 0.999^t) * (w - self)))',
    'Liu et al. 2025, "FOCUS: First Order Concentrated Updating Scheme"',
  ),
  entry(
    'grams',
    'Grams',
    'sign(g) * abs(adam)',
    'Cao et al. 2024, "Grams: Gradient Descent with Adaptive Momentum Scaling"',
  ),
  entry(
    'grokfast-adam',
    'Grokfast of Adam 0.9, 0.99',
    adamOf(GROKKED, 0.9, 0.99, 'eps'),
    'Lee et al. 2024, "Grokfast", the filter by a running average',
  ),
  entry(
    'kate',
    'Kate',
    `sqrt(acc(g^2 / ${KATE_SQUARES}, 1)) * g / ${KATE_SQUARES}`,
    'Choudhury et al. 2024, "Remove that Square Root", η = 0',
  ),
  entry(
    'laprop',
    'LaProp',
    corrected('(g / (sqrt(v) + 1e-15))', 0.9),
    'Ziyin et al. 2020, "LaProp: Separating Momentum and Adaptivity in Adam"',
  ),
  entry(
    'msvag',
    'MSVAG',
    `where(m^2 > 0, m * m^2 / (m^2 + ${MSVAG_SHARE} / (1 - ${MSVAG_SHARE}) * ${MSVAG_VARIANCE}), 0)`,
    'Balles and Hennig 2018, "Dissecting Adam"',
  ),
  entry(
    'padam',
    'Padam, to the power 1/4',
    'm / (sqrt(v) + eps)^0.5',
    'Chen et al. 2018, without the maximum',
  ),
  entry(
    'pid',
    'PID 0.9, 5, 10',
    'g + 5 * acc(g, 0.9) + 10 * ema(where(t < 2, 0, g - prev(g)), 0.9)',
    'An et al. 2018, "A PID Controller Approach for Stochastic Optimization of Deep Networks"',
  ),
  entry('pnm', 'PNM', POSITIVE_NEGATIVE, 'Xie et al. 2021, "Positive-Negative Momentum", algorithm 1'),
  entry(
    'qhadam',
    'QHAdam 0.995, 0.999, with 0.7 and 1',
    `(0.3 * g + 0.7 * ${corrected('g', 0.995)}) / (sqrt(v) + eps)`,
    'Ma and Yarats 2019, "Quasi-hyperbolic momentum and Adam for deep learning"',
  ),
  entry('qhm', 'QHM 0.999, 0.7', '0.3 * g + 0.7 * ema(g, 0.999)', 'Ma and Yarats 2019'),
  entry(
    'rmsprop-tf',
    "RMSProp, TensorFlow's, from 1",
    'g / sqrt(rec(1, 0.9 * self + 0.1 * g^2) + 1e-10)',
    'timm, RMSpropTF; TensorFlow 2015',
  ),
  entry(
    'sgdw',
    'SGDW 0.9, weight decay 0.01',
    'acc(g, 0.9) + 1e-2 * w',
    'Loshchilov and Hutter 2019, algorithm 1',
  ),
  entry(
    'simplified-ademamix',
    'Simplified AdEMAMix 0.99, 0.95, ten times the gradient',
    `(10 * g + acc(g, 0.99)) / (sqrt(${corrected('g^2', 0.95)}) + eps)`,
    'Morwani et al. 2025, "Connections between Schedule-Free Optimizers, AdEMAMix, and Accelerated SGD Variants"',
  ),
  entry(
    'sparse-adam',
    'Sparse Adam, which leaves a weight alone whose gradient is 0',
    `where(abs(g) > 0, ${whenPresent('0.9', 'g')} / (sqrt(${whenPresent('0.999', 'g^2')}) + eps) * sqrt(1 - 0.999^t) / (1 - 0.9^t), 0)`,
    'PyTorch, torch.optim.SparseAdam',
  ),
  entry(
    'spam',
    'SPAM, restarted every 500 steps',
    `${SPAM_WARMUP} * rec(0, 0.9 * ${kept('self', SINCE_500)} + 0.1 * ${SPAM_GRADIENT}) * sqrt(1 - 0.999^t) / (1 - 0.9^t) / (sqrt(${SPAM_SQUARES}) + 1e-6)`,
    'Huang et al. 2025, "SPAM: Spike-Aware Adam with Momentum Reset", density 1',
  ),
  entry(
    'stable-spam',
    'StableSPAM, restarted every 1,000 steps',
    `${steadily(STEADY, 0.9)} / (sqrt(${steadily(`${STEADY}^2`, 0.999)}) + eps)`,
    'Huang et al. 2025, "Stable-SPAM: How to Train in 4-Bit More Stably than 16-Bit Adam"',
  ),
  entry('tiger', 'Tiger 0.965, weight decay 0.01', 'sign(ema(g, 0.965)) + 1e-2 * w', 'Su 2023'),
];
