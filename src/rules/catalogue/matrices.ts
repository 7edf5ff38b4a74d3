import { type CatalogueEntry, entry } from './entry.ts';
import { lookahead, rectified } from './shared.ts';

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
export const matrices: readonly CatalogueEntry[] = [
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
