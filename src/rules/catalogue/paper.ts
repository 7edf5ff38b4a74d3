import { type CatalogueEntry, entry } from './entry.ts';

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

export const signFamilies: readonly CatalogueEntry[] = [
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

export const found: readonly CatalogueEntry[] = [
  ...TABLE_1.map((text, i) =>
    entry(`table1-${i + 1}`, `Found rule ${i + 1} of Table 1`, text, `NOS Table 1, row ${i + 5}`),
  ),
  entry('optimizer1', 'Optimizer 1', TABLE_1[0] as string, 'NOS Figure 5'),
  entry('optimizer2', 'Optimizer 2', TABLE_1[15] as string, 'NOS Figure 5'),
];
