import { NosError, unknownName } from '../../errors.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { RuleError } from '../language/rule-error.ts';
import { hintInstead } from '../language/synonyms.ts';
import { collected } from './collected.ts';
import { type CatalogueEntry, entry } from './entry.ts';
import { published } from './published.ts';

export type { CatalogueEntry } from './entry.ts';

const torch = (name: string): string => `PyTorch, torch.optim.${name}`;

/** The rules that people train with, in the semantics of the framework named. */
const references: readonly CatalogueEntry[] = [
  entry('sgd', 'SGD', 'g', torch('SGD')),
  entry('momentum', 'Momentum 0.9', 'acc(g, 0.9)', torch('SGD, momentum 0.9')),
  entry('nesterov', 'Nesterov momentum 0.9', 'g + 0.9 * acc(g, 0.9)', torch('SGD, momentum 0.9, nesterov')),
  entry('adam', 'Adam', 'm / (sqrt(v) + eps)', 'Kingma and Ba 2015; NOS §4.1'),
  entry('adamw', 'AdamW, weight decay 0.01', 'm / (sqrt(v) + eps) + 1e-2 * w', torch('AdamW')),
  entry('rmsprop', "RMSProp, the paper's operand", 'g / (sqrt(v) + eps)', 'NOS §4.1'),
  entry('rmsprop-torch', "RMSProp, torch's", 'g / (sqrt(ema(g^2, 0.99)) + eps)', torch('RMSprop')),
  entry('adagrad', 'AdaGrad', 'g / (sqrt(acc(g^2, 1)) + 1e-10)', torch('Adagrad')),
  entry(
    'lion',
    'Lion 0.9, 0.99',
    'sign(0.9 * prev(ema(g, 0.99)) + 0.1 * g)',
    'Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"',
  ),
  entry('signsgd', 'signSGD', 'sign(g)', 'Bernstein et al. 2018'),
];

/** What RAdam holds for the length of the average of g^2 at a step: at most 2 / (1 - 0.999) - 1. */
const LENGTH = '(1999 - 2 * t * 0.999^t / (1 - 0.999^t))';
const RECTIFIER = `sqrt((${LENGTH} - 4) * (${LENGTH} - 2) * 1999 / (1995 * 1997 * ${LENGTH}))`;

/** Adam's step, rectified; the average of gradients alone before its squares have a length. */
const rectified = (m: string, g: string, eps: string): string =>
  `where(${LENGTH} > 5, ${m} * ${RECTIFIER} * sqrt(1 - 0.999^t) / (sqrt(ema(${g}^2, 0.999)) + ${eps}), ${m})`;

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

/** Adafactor's second moment, an outer product of what it keeps of rows and columns; of a vector it is the whole. */
const factored = (x: string, b: string): string =>
  `(ema(rowmean(${x}), ${b}) / mean(ema(rowmean(${x}), ${b})) * ema(colmean(${x}), ${b}))`;

const clippedByRms = (update: string): string => `(${update}) / max(1, rms(${update}))`;

const CAME = clippedByRms(`g / sqrt(${factored('(g^2 + 1e-30)', '0.999')})`);
const CAME_RESIDUAL = factored(`((${CAME} - ema(${CAME}, 0.9))^2 + 1e-16)`, '0.9999');

/** Muon's momentum, as Nesterov has it, and Adam as it is used beside it. */
const MUON = 'orth(0.05 * g + 0.95 * ema(g, 0.95))';
const ADAM_OF_MUON = '(m / (sqrt(ema(g^2, 0.95) / (1 - 0.95^t)) + 1e-10))';

/** An update without its part along the weights of each row, or of the tensor, if the gradient is nearly at right angles to those. */
const projected = (update: string): string => {
  const [row, whole] = ['w / (rownorm(w) + 1e-8)', 'w / (norm(w) + 1e-8)'];
  const cosines = ['row', ''].map((of) => `abs(${of}sum(g * w)) / max(${of}norm(g) * ${of}norm(w), 1e-8)`);
  return `where(amax(${cosines[0]}) < 0.1 / sqrt(columns), ${update} - ${row} * rowsum(${row} * ${update}), where(${cosines[1]} < 0.1 / sqrt(sum(1)), ${update} - ${whole} * sum(${whole} * ${update}), ${update}))`;
};

/**
 * Lookahead: every so many steps one goes half-way from the weights that many steps before, which the step after that found, to where the
 * other steps have led.
 */
const lookahead = (step: string, every = 5): string => {
  const isAt = (t: string): string => `cos(${(2 * Math.PI) / every} * ${t}) > 0.9`;
  return `where(${isAt('t')}, 0.5, 1) * ${step} + where(${isAt('t')}, 0.5 / lr * (w - rec(w, where(${isAt('(t - 1)')}, w, self))), 0)`;
};

/** AdaMuon's orthogonal momentum over the root of the average of its squares. */
const ADAPTED = '(orth(ema(g, 0.95)) / (sqrt(ema(orth(ema(g, 0.95))^2, 0.95)) + eps))';

/** Nero's rows: of mean 0 and norm 1; and the mean size of a vector before the first step. */
const balanced = (x: string): string => `((${x} - rowmean(${x})) / (rownorm(${x} - rowmean(${x})) + eps))`;
const FIRST_SIZE = 'rec(0, where(t < 2, where(mean(abs(w)) > 0, mean(abs(w)), 0.01), self))';

/** The gradient scaled by rows and columns, which RACS keeps from growing by more than a hundredth a step. */
const ROW_COLUMN_SCALED =
  '(g / (sqrt(ema(rowmean(g^2), 0.9) + eps) * sqrt(rec(1, 0.9 * self + 0.1 * colmean(g^2)) + eps)))';

const ranger = (g: string): string => lookahead(rectified(`(ema(${g}, 0.95) / (1 - 0.95^t))`, g, '1e-5'), 6);

/** Rules that see tensors as matrices, or by their kinds. */
const matrices: readonly CatalogueEntry[] = [
  entry(
    'adafactor',
    'Adafactor',
    `max(1e-3, rms(w)) * ${clippedByRms(`g / sqrt(${factored('(g^2 + 1e-30)', '1 - t^-0.8')})`)}`,
    'Shazeer and Stern 2018, algorithms 4 and 5, with relative steps of the learning rate',
  ),
  entry(
    'came',
    'CAME',
    `ema(${CAME}, 0.9) / sqrt(${CAME_RESIDUAL}); vectors: ema(${CAME}, 0.9)`,
    'Luo et al. 2023, algorithm 2',
  ),
  entry(
    'sm3',
    'SM3-II',
    'g / sqrt(rec(0, min(rowamax(self), colamax(self)) + g^2) + 1e-30)',
    'Anil et al. 2019, algorithm SM3-II over rows and columns',
  ),
  entry(
    'adam-mini',
    'Adam-mini',
    'm / (sqrt(ema(rowmean(g^2), 0.999) / (1 - 0.999^t)) + eps); vectors: m / (sqrt(ema(mean(g^2), 0.999) / (1 - 0.999^t)) + eps)',
    'Zhang et al. 2024, a second moment per output or word, and per vector',
  ),
  entry(
    'muon',
    'Muon with AdamW, weight decay 0.01',
    `0.015 * (${ADAM_OF_MUON} + 1e-2 * w); matrices: sqrt(max(1, rows / columns)) * ${MUON} + 1e-2 * w`,
    'Jordan et al. 2024, its learning rate of 0.02 beside one of 3e-4 for all that are no hidden matrices',
  ),
  entry(
    'muon-moonlight',
    'Muon of Moonlight, weight decay 0.1',
    `${ADAM_OF_MUON} + 0.1 * w; matrices: 0.2 * sqrt(max(rows, columns)) * orth(g + 0.95 * acc(g, 0.95)) + 0.1 * w`,
    'Liu et al. 2025, "Muon is scalable for LLM training": one learning rate for both',
  ),
  entry(
    'adamuon',
    'AdaMuon',
    `${ADAM_OF_MUON}; matrices: 0.2 * sqrt(sum(1)) * ${ADAPTED} / (norm(${ADAPTED}) + eps)`,
    'Si et al. 2025, "AdaMuon: Adaptive Muon Optimizer", as timm orthogonalises: the momentum, not its signs',
  ),
  entry(
    'scion',
    'Scion 0.1, unconstrained, of radius 1',
    'matrices: sqrt(rows / columns) * orth(ema(g, 0.9)); vectors: ema(g, 0.9) / (rms(ema(g, 0.9)) + eps); embeddings: sign(ema(g, 0.9)) / columns',
    'Pethick et al. 2025, "Training Deep Learning Models with Norm-Constrained LMOs", for dense layers',
  ),
  entry(
    'nero',
    'Nero',
    `matrices: (w - ${balanced(`(${balanced('w')} - lr * g / (sqrt(ema(rowsum(g^2), 0.999) / (1 - 0.999^t)) + eps))`)}) / lr; vectors: ${FIRST_SIZE} * g / (sqrt(v) + eps)`,
    'Liu et al. 2021, "Learning by Turning: Neural Architecture Aware Optimisation", algorithm 1',
  ),
  entry(
    'racs',
    'RACS',
    `0.05 * ${ROW_COLUMN_SCALED} / max(norm(${ROW_COLUMN_SCALED}), 1e-30) * rec(0, where(t < 2, norm(${ROW_COLUMN_SCALED}), min(norm(${ROW_COLUMN_SCALED}), 1.01 * (self + eps))))`,
    'Gong et al. 2025, row and column scaled SGD, as pytorch_optimizer averages the squares of rows and columns',
  ),
  entry(
    'tam',
    'TAM, torque-aware momentum',
    'rec(g, 0.9 * self + (eps + (1 + ema(self / max(colnorm(self), 1e-12) * g / max(colnorm(g), 1e-12), 0.9)) / 2) * g)',
    'Malviya et al. 2024, "Torque-Aware Momentum", its cosines weight by weight as pytorch_optimizer has them',
  ),
  entry(
    'ranger',
    'Ranger, RAdam 0.95 of centred gradients with Lookahead',
    `matrices: ${ranger('(g - rowmean(g))')}; vectors: ${ranger('g')}`,
    'Wright 2019; Yong et al. 2020, "Gradient Centralization"',
  ),
  entry(
    'adamp',
    'AdamP',
    `matrices: ${projected('(m / (sqrt(v) + eps))')}; vectors: m / (sqrt(v) + eps)`,
    'Heo et al. 2021, algorithm 2',
  ),
  entry(
    'sgdp',
    'SGDP, momentum 0.9',
    `matrices: ${projected('acc(g, 0.9)')}; vectors: acc(g, 0.9)`,
    'Heo et al. 2021, algorithm 1',
  ),
];

/** Rules that keep what no running average is. */
const recurrences: readonly CatalogueEntry[] = [
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
const reductions: readonly CatalogueEntry[] = [
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
const wholes: readonly CatalogueEntry[] = [
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
const readouts: readonly CatalogueEntry[] = [
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

const arxiv = (name: string): string =>
  `NOS, arXiv edition, as TensorFlow's ${name} (β 0.9, no bias correction)`;

/** sign(g)·sign(m), where m starts at 0 and is updated before it is read. */
const AGREEMENT = 'sign(g) * sign(ema(g, 0.9))';

const DECAYS = [
  ['ld', 'linear decay'],
  ['cd', 'cosine decay'],
  ['rd', 'restart decay'],
] as const;

const powerSign = (decay: string): string => `exp(${decay}${AGREEMENT}) * g`;
const addSign = (decay: string): string => `(1 + ${decay}${AGREEMENT}) * g`;

const signFamilies: readonly CatalogueEntry[] = [
  entry('powersign', 'PowerSign', powerSign(''), arxiv('PowerSign')),
  ...DECAYS.map(([decay, title]) =>
    entry(`powersign-${decay}`, `PowerSign, ${title}`, powerSign(`${decay} * `), arxiv('PowerSign')),
  ),
  entry('addsign', 'AddSign', addSign(''), arxiv('AddSign')),
  ...DECAYS.map(([decay, title]) =>
    entry(`addsign-${decay}`, `AddSign, ${title}`, addSign(`${decay} * `), arxiv('AddSign')),
  ),
];

/** Table 1 of the paper below its four baselines, in the order of the table. */
const TABLE_1: readonly string[] = [
  '(exp(sign(g) * sign(m)) + clip(g, 1e-4)) * g',
  'clip(m, 1e-4) * exp(v)',
  'm * exp(v)',
  'g * exp(sign(g) * sign(m))',
  'drop(g, 0.3) * exp(sign(g) * sign(m))',
  'm * exp(g^2)',
  'drop(m, 0.1) / (exp(g^2) + eps)',
  'drop(g, 0.1) * exp(sign(g) * sign(m))',
  'clip(rmsprop, 1e-5) + drop(m, 0.3)',
  'adam * exp(sign(g) * sign(m))',
  'adam * exp(m)',
  'g + drop(m, 0.3)',
  'drop(m, 0.1) * exp(g^3)',
  'g - clip(g^2, 1e-4)',
  'exp(g) - exp(m)',
  'drop(m, 0.3) * exp(1e-3 * w)',
];

const found: readonly CatalogueEntry[] = [
  ...TABLE_1.map((text, i) =>
    entry(`table1-${i + 1}`, `Found rule ${i + 1} of Table 1`, text, `NOS Table 1, row ${i + 5}`),
  ),
  entry('optimizer1', 'Optimizer 1', TABLE_1[0] as string, 'NOS Figure 5'),
  entry('optimizer2', 'Optimizer 2', TABLE_1[15] as string, 'NOS Figure 5'),
];

/** Every named rule; names are unique, rules need not be (`optimizer1` is the first of Table 1). */
export const catalogue: readonly CatalogueEntry[] = [
  ...references,
  ...recurrences,
  ...matrices,
  ...reductions,
  ...published,
  ...collected,
  ...wholes,
  ...readouts,
  ...signFamilies,
  ...found,
];

const byName = new Map(catalogue.map((rule) => [rule.name, rule]));

/**
 * The rule of that catalogue name, or else the text, parsed. `adam` and `rmsprop`, which are operands of the language
 * too, mean the same rule either way.
 *
 * @throws NosError `bad-rule` for a text that does not parse; `unknown-name` for a single word that is no rule.
 */
export function resolveRule(textOrName: string): Expression {
  const name = textOrName.trim();
  const entry = byName.get(name);
  if (entry) return parseRule(entry.text);
  try {
    return parseRule(textOrName);
  } catch (error) {
    if (WORD.test(name)) throw unknownRule(name);
    throw error instanceof RuleError ? spellingOut(error) : error;
  }
}

/** A catalogue name inside a rule is an unknown operand there: its text is what can be written. */
function spellingOut(error: RuleError): RuleError {
  const word = /^[\w-]+/.exec(error.text.slice(error.position))?.[0] ?? '';
  const named = catalogue
    .filter(({ name }) => word === name || word.startsWith(`${name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (named === undefined) return error;
  return error.withHint(`a name of the catalogue stands alone; write what ${named.name} is: (${named.text})`);
}

/** What could be meant as a catalogue name; a short one, or g-h, is rather an operand. */
const WORD = /^[a-z]{3}[\w-]*$/i;

function unknownRule(name: string): NosError {
  const { message, hint } = unknownName('rule', name, [...byName.keys()], '`nos rules`');
  const instead = hintInstead(name, 'operand') ?? hint;
  return new NosError('unknown-name', message, `${instead}; a rule is also a text such as sign(g) * abs(m)`);
}

let namesByKey: ReadonlyMap<string, readonly string[]> | undefined;

/** The catalogue names of the rules with that key. */
export function namesOf(key: string): readonly string[] {
  namesByKey ??= groupNames();
  return namesByKey.get(key) ?? [];
}

function groupNames(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, text } of catalogue) {
    const key = ruleKey(parseRule(text));
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return groups;
}
