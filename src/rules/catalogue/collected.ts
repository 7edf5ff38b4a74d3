import { type CatalogueEntry, entry } from './entry.ts';

const ADAM = 'm / (sqrt(v) + eps)';

/** Adam as it is used beside Muon. */
const ADAM_OF_MUON = 'm / (sqrt(ema(g^2, 0.95) / (1 - 0.95^t)) + 1e-10)';

/** FTRL's sum of squares, and z, of which each gradient takes what its weight would have had less of. */
const SQUARES = 'rec(0.1, self + g^2)';
const Z = `acc(g - g^2 / (sqrt(${SQUARES}) + sqrt(max(${SQUARES} - g^2, 0))) / lr * w, 1)`;

/** A2Grad's step on x: the gradients' deviations from their mean, summed over a tensor, β 10, Lipschitz constant 10. */
const A2GRAD_STEP = '(g / (20 / t + 10 * sqrt(acc(sum((g - ema(g, 1 - 1 / t))^2), 1))))';

/** AdSGD's rate grows by its last growth, at most to the inverse of the curvature. */
const MOVED = 'where(t < 2, 0, global(norm(w - prev(w))))';
const TURNED = 'where(t < 2, 0, global(norm(g - prev(g))))';
const GROWN = 'self * sqrt(1 + 0.02 * where(t < 2, 1, self / prev(self)))';

/** AccSGD's average of long steps, which are 1000 / 0.7 times the short ones. */
const LONG = 'rec(w, 0.9951 * self + 0.0049 * (w - 1000 / 0.7 * lr * g))';

/** AdaGC's factor of the gradient, by its global norm in the first steps, and then by what a tensor's norm has been. */
const BY_WHOLE = 'min(1, 1 / (global(norm(g)) + eps))';
const USUAL = `rec(1e30, where(t < 100, min(self, ${BY_WHOLE} * norm(g)), 0.98 * self + 0.02 * min(1.05 * self, norm(g))))`;
const CUT = `(where(t < 100, ${BY_WHOLE}, min(1, 1.05 * prev(${USUAL}) / max(norm(g), eps))) * g)`;

const BOUNDED_NORM = 'min(norm(g), 10)';

/** AdaMuon's orthogonal sign of the momentum, over its running size. */
const SIGNED = 'orth(sign(acc(g, 0.95)))';
const ADAPTED = `(${SIGNED} / (sqrt(ema(${SIGNED}^2, 0.95)) + eps))`;

/** How much of Adai's momentum stays: less where the gradients are large in the network. */
const INERTIA_OF = 'ema(g^2, 0.99) / (1 - 0.99^t)';
const INERTIA = `max(0, min(0.999, 1 - 0.1 * ${INERTIA_OF} / max(global(mean(${INERTIA_OF})), 1e-30)))`;

const AVAGRAD_RATE = '(1 / (sqrt(prev(ema(g^2, 0.999))) + 0.1))';

/** D-Adaptation: before the first step d is 1e-6; a step reads d as it was before, except in d itself, where that is `self`. */
const before = (d: string): string => `where(t < 2, 1e-6, prev(${d}))`;
const adapted = (estimate: string, sum: string): string =>
  `rec(1e-6, max(self, (${estimate}) / max(global(sum(abs(${sum}))), 1e-30)))`;

const ADAGRAD_ROOT = 'sqrt(rec(1e-6, self + g^2))';
const adagradSum = (d: string): string => `acc(lr * ${d} * g, 1)`;
const ADAGRAD_D = adapted(
  `global(sum(${adagradSum('self')}^2 / ${ADAGRAD_ROOT})) - acc(lr^2 * self^2 * global(sum(g^2 / ${ADAGRAD_ROOT})), 1)`,
  adagradSum('self'),
);

/** Adan's difference of gradients, 0 at the first step, and the root of what it averages. */
const TURN = 'where(t < 2, 0, g - prev(g))';
const ADAN_ROOT = `(sqrt(ema((g + 0.92 * ${TURN})^2, 0.99)) + eps)`;
const ADAN_SUM = 'ema(lr * self * g, 0.99)';
const ADAN_D = adapted(
  `100 * global(sum(${ADAN_SUM}^2 / ${ADAN_ROOT})) - ema(lr^2 * self^2 * global(sum(g^2 / ${ADAN_ROOT})), 0.99)`,
  ADAN_SUM,
);
const ADAN_RATE = `lr * ${before(ADAN_D)}`;

const lionSign = (d: string): string => `sign(0.9 * prev(ema(lr * ${d} * g, 0.99)) + 0.1 * g)`;
const LION_SUM = `ema(lr * self * ${lionSign('self')}, sqrt(0.99))`;
const LION_D = adapted(
  `ema(lr * self * global(sum(${lionSign('self')} * prev(${LION_SUM}))), sqrt(0.99)) / (1 - sqrt(0.99))`,
  LION_SUM,
);

/** Further optimizers of the large collections, which read matrices, the network, the learning rate or the first weights. */
export const collected: readonly CatalogueEntry[] = [
  entry(
    'ftrl',
    'FTRL-Proximal, λ1 1e-3',
    `(w - where(abs(${Z}) > 1e-3, lr * (1e-3 * sign(${Z}) - ${Z}) / sqrt(${SQUARES}), 0)) / lr`,
    'McMahan et al. 2013, "Ad click prediction", algorithm 1, which forgets the first weights; sums of squares from 0.1',
  ),
  entry(
    'a2grad',
    'A2Grad-uni, at the learning rate that its β and L give',
    `(2 / (t + 2) * (w - rec(w, self - ${A2GRAD_STEP})) + t / (t + 2) * 2 / (t + 1) * ${A2GRAD_STEP}) / lr`,
    'Deng et al. 2018, "Optimal Adaptive and Accelerated Stochastic Gradient Descent", tensor by tensor',
  ),
  entry(
    'adsgd',
    'AdSGD, from a rate of 0.2',
    `rec(0.2, where(min(${MOVED}, ${TURNED}) > 0, min(${GROWN}, ${MOVED} / ${TURNED}) + 1e-5, ${GROWN})) * g`,
    'Malitsky and Mishchenko 2020, "Adaptive Gradient Descent without Descent", as their program trains, at the learning rate 1',
  ),
  entry(
    'accsgd',
    'AccSGD, 1,000, 10',
    `0.7 / 0.7049 * g + 0.0049 / 0.7049 * (w - ${LONG}) / lr`,
    'Kidambi et al. 2018, "On the insufficiency of existing momentum schemes", algorithm ASGD',
  ),
  entry(
    'adagc',
    'AdaGC of AdamW, weight decay 0.1',
    `ema(${CUT}, 0.9) / (1 - 0.9^t) / (sqrt(ema(${CUT}^2, 0.999) / (1 - 0.999^t)) + eps) + 0.1 * w`,
    'Wang et al. 2025, "AdaGC: Improving Training Stability for Large Language Model Pretraining", algorithm 1',
  ),
  entry(
    'adago',
    'AdaGO, with Adam beside it',
    `0.006 * ${ADAM_OF_MUON}; matrices: max(5e-4 / lr, ${BOUNDED_NORM} / sqrt(rec(1e-6, self + ${BOUNDED_NORM}^2))) * orth(ema(g, 0.95))`,
    'Zhang et al. 2025, "AdaGrad Meets Muon", algorithm 1, its learning rate of 0.05 beside one of 3e-4 for all that are no hidden matrices',
  ),
  entry(
    'adamuon-sign',
    'AdaMuon of signs, weight decay 0.1',
    `${ADAM_OF_MUON} + 0.1 * w; matrices: 0.2 * ${ADAPTED} / max(rms(${ADAPTED}), eps) + 0.1 * w`,
    'Si et al. 2025, "AdaMuon: Adaptive Muon Optimizer", algorithm 1, with one learning rate for all',
  ),
  entry(
    'adatam',
    'AdaTAM',
    'rec(0, 0.9 * self + (0.5 + 0.5 * ema(sum(self * g) / max(norm(self) * norm(g), eps), 0.9)) * g) / (sqrt(ema(g^2, 0.999)) + eps)',
    'Malviya et al. 2024, "Torque-Aware Momentum", of each tensor; float32 has no room for its ε',
  ),
  entry(
    'adai',
    'Adai 0.1, 0.99',
    `rec(0, ${INERTIA} * self + (1 - ${INERTIA}) * g) / (1 - rec(1, self * ${INERTIA}))`,
    'Xie et al. 2022, "Adaptive Inertia", algorithm 2',
  ),
  entry(
    'adamc',
    'AdamC, weight decay 0.1',
    `${ADAM} + 0.1 * lr / rec(1e-30, max(self, lr)) * w`,
    'Defazio 2025, "Why Gradients Rapidly Increase Near the End of Training", for every tensor; of the learning rates, the largest so far',
  ),
  entry(
    'adamg',
    'AdamG',
    'min(1, 1 / (lr * sqrt(t))) * ema(ema(0.2 * ema(g^2, 0.999)^0.24, 0.95) * g, 0.95) / (1 - 0.95^t) / (sqrt(v) + eps)',
    'Pan et al. 2024, "Towards Stability of Parameter-free Optimization", at the learning rate 1',
  ),
  entry(
    'adams',
    'Adam, stable weight decay 5e-4',
    `${ADAM} + 5e-4 * w / (sqrt(global(mean(v))) + eps)`,
    'Xie et al. 2020, "Stable Weight Decay Regularization", AdamS',
  ),
  entry(
    'adam-sn',
    'Adam, subset norm by rows',
    `${ADAM}; matrices: m / (sqrt(ema(rowsum(g^2), 0.999) / (1 - 0.999^t)) + eps)`,
    'Nguyen and Nguyen 2024, "Lean and Mean Adaptive Optimization via Subset-Norm and Subspace-Momentum", its subsets the rows',
  ),
  entry(
    'avagrad',
    'AvaGrad, ε 0.1',
    `ema(g, 0.9) * ${AVAGRAD_RATE} / global(rms(${AVAGRAD_RATE}))`,
    'Savarese et al. 2021, "Domain-independent Dominance of Adaptive Methods"',
  ),
  entry(
    'dadapt-adagrad',
    'D-Adaptation of AdaGrad',
    `(w - w0 + ${adagradSum(before(ADAGRAD_D))} / ${ADAGRAD_ROOT}) / lr`,
    'Defazio and Mishchenko 2023, "Learning-Rate-Free Learning by D-Adaptation", AdaGrad as their program has it, at the learning rate 1',
  ),
  entry(
    'dadapt-adan',
    'D-Adaptation of Adan',
    `(ema(${ADAN_RATE} * g, 0.98) + 0.92 * ema(${ADAN_RATE} * ${TURN}, 0.92)) / ${ADAN_ROOT} / lr`,
    'Defazio and Mishchenko 2023, "Learning-Rate-Free Learning by D-Adaptation", Adan as their program has it, at the learning rate 1',
  ),
  entry(
    'dadapt-lion',
    'D-Adaptation of Lion',
    `${before(LION_D)} * ${lionSign(before(LION_D))}`,
    'Defazio and Mishchenko 2023, "Learning-Rate-Free Learning by D-Adaptation", Lion as their program has it, at the learning rate 1',
  ),
];
