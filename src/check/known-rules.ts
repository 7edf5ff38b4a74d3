import { catalogue } from '../rules/index.ts';

/** The settings of a group of parameters, as its optimizer has them. */
export type GroupSettings = Readonly<Record<string, unknown>>;

/** The rules that a class may follow by its name: usually one. */
export type KnownRules =
  | { readonly kind: 'rules'; readonly candidates: readonly CandidateRule[] }
  /** `why` the rule language has no rule for these settings. */
  | { readonly kind: 'none'; readonly name: string; readonly why: string };

interface CandidateRule {
  /** Its name in the catalogue. */
  readonly name: string;
  readonly text: string;
}

/** Numbers of the settings, whatever their authors call them, else the usual ones. */
interface Read {
  number(names: readonly string[], otherwise: number): number;
  has(name: string): boolean;
}

interface Writer {
  /** Settings that the rule language has no words for. */
  readonly lacks: readonly string[];
  readonly text: (read: Read) => string;
}

const BETA1 = ['beta1', 'betas.0'];
const BETA2 = ['beta2', 'betas.1'];
const DECAY = ['weight_decay', 'weight_decay_rate'];

const joined = (...terms: readonly string[]): string => terms.filter((term) => term !== '').join(' + ');
const scaled = (factor: number, text: string): string => (factor === 0 ? '' : `${factor} * ${text}`);

/** The gradient with L2 regularisation. */
const decayed = (read: Read): string => `(${joined('g', scaled(read.number(DECAY, 0), 'w'))})`;

const corrected = (x: string, beta: number): string => `ema(${x}, ${beta}) / (1 - ${beta}^t)`;

const adam = (decoupled: boolean, decay: number): Writer => ({
  lacks: [],
  text: (read) => {
    const g = decoupled ? 'g' : decayed(read);
    const [beta1, beta2] = [read.number(BETA1, 0.9), read.number(BETA2, 0.999)];
    const largest = (x: string, beta: number): string =>
      `rec(0, max(self, ema(${x}, ${beta}))) / (1 - ${beta}^t)`;
    const average = read.has('amsgrad') ? largest : corrected;
    const root = `sqrt(${average(`${g}^2`, beta2)}) + ${read.number(['eps'], 1e-8)}`;
    const ratio = `(${corrected(g, beta1)}) / (${root})`;
    return decoupled ? joined(ratio, scaled(read.number(DECAY, decay), 'w')) : ratio;
  },
});

const sgd = (momentum: number, lookahead: boolean): Writer => ({
  lacks: ['dampening'],
  text: (read) => {
    const [g, kept] = [decayed(read), read.number(['momentum'], momentum)];
    if (kept === 0) return g;
    const sum = `acc(${g}, ${kept})`;
    return lookahead || read.has('nesterov') ? `${g} + ${kept} * ${sum}` : sum;
  },
});

const rmsprop = (average: (x: string, beta: number) => string, decay: number): Writer => ({
  lacks: ['centered'],
  text: (read) => {
    const g = decayed(read);
    const root = `sqrt(${average(`${g}^2`, read.number(['alpha', 'beta', 'beta2', 'rho'], decay))})`;
    const step = `${g} / (${root} + ${read.number(['eps'], 1e-8)})`;
    const momentum = read.number(['momentum'], 0);
    return momentum === 0 ? step : `acc(${step}, ${momentum})`;
  },
});

const adagrad: Writer = {
  lacks: ['lr_decay', 'initial_accumulator_value'],
  text: (read) => {
    const g = decayed(read);
    return `${g} / (sqrt(acc(${g}^2, 1)) + ${read.number(['eps'], 1e-10)})`;
  },
};

const lion: Writer = {
  lacks: [],
  text: (read) => {
    const [beta1, beta2] = [read.number(BETA1, 0.9), read.number(BETA2, 0.99)];
    const inside = `${beta1} * prev(ema(g, ${beta2})) + (1 - ${beta1}) * g`;
    return joined(`sign(${inside})`, scaled(read.number(DECAY, 0), 'w'));
  },
};

/** The rules of a group's settings, by names of the catalogue. The others are as the catalogue has them. */
const writers: Readonly<Record<string, Writer>> = {
  sgd: sgd(0, false),
  momentum: sgd(0.9, false),
  nesterov: sgd(0.9, true),
  adam: adam(false, 0),
  adamw: adam(true, 1e-2),
  'rmsprop-torch': rmsprop((x, beta) => `ema(${x}, ${beta})`, 0.99),
  rmsprop: rmsprop(corrected, 0.999),
  adagrad,
  lion,
};

/** Names of the catalogue by names of classes: two communities mean different rules by one. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { rmsprop: ['rmsprop-torch', 'rmsprop'] };

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * The rules that a class may follow if it does what its name says, with the settings of its first group: `Adam`, `AdamW`, `SGD`, `Lion`
 * and others of the catalogue, in any spelling. Undefined for a name that says nothing.
 *
 * @example knownRules('Momentum', { momentum: 0.5 }) // { kind: 'rules', candidates: [{ name: 'momentum', text: 'acc((g), 0.5)' }] }
 */
export function knownRules(className: string, settings: GroupSettings): KnownRules | undefined {
  const names =
    ALIASES[plain(className)] ??
    catalogue.map(({ name }) => name).filter((name) => plain(name) === plain(className));
  const [first] = names;
  if (first === undefined) return undefined;
  const read = readerOf(settings);
  const lacking = writers[first]?.lacks.find((setting) => read.has(setting));
  if (lacking !== undefined) {
    return { kind: 'none', name: first, why: `the rule language has no word for ${lacking}` };
  }
  const candidates = names.map((name) => ({
    name,
    text: writers[name]?.text(read) ?? catalogue.find((entry) => entry.name === name)!.text,
  }));
  return { kind: 'rules', candidates };
}

function readerOf(settings: GroupSettings): Read {
  const settingOf = (name: string): unknown => {
    const [key = '', index] = name.split('.');
    const value = settings[key];
    if (index === undefined) return value;
    return Array.isArray(value) ? value[Number(index)] : undefined;
  };
  return {
    number: (names, otherwise) =>
      names.map(settingOf).find((value): value is number => typeof value === 'number') ?? otherwise,
    has: (name) => Boolean(settingOf(name)),
  };
}
