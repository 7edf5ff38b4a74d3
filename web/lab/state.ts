import { testFunctions } from '../../src/functions/index.ts';

/** A rule as the page has it: what was typed, and the learning rates to run it at. */
export interface Entry {
  readonly text: string;
  /** On a function of the plane. */
  readonly planeRate: number;
  /** On the digits. */
  readonly digitsRate: number;
}

/** Everything that a link to the lab shows. */
export interface LabState {
  /** One to {@link LIMITS.rules}. */
  readonly rules: readonly Entry[];
  /** Index of the rule that is described and exported. */
  readonly chosen: number;
  /** Name of the function of the plane. */
  readonly testFunction: string;
  readonly start: readonly [x: number, y: number];
  readonly steps: number;
  /** Units of the hidden layer of the network. */
  readonly width: number;
  readonly epochs: number;
  readonly seed: number;
  /** Name of the target of the exported text. */
  readonly target: string;
}

/** What an address may ask for. A link may come from anywhere, so that none can make the page work for hours. */
export const LIMITS = {
  rules: 6,
  text: 1_000,
  steps: [1, 5_000],
  epochs: [1, 50],
  seed: [0, 2 ** 31 - 1],
  learningRate: [1e-8, 1e3],
} as const;

/** The widths that the package brings a graph of. */
export const WIDTHS = [8, 16, 32, 64] as const;

const ROSENBROCK = 'rosenbrock';

export const INITIAL: LabState = {
  rules: [
    { text: 'adam', planeRate: 0.1, digitsRate: 0.01 },
    { text: 'momentum', planeRate: 3e-4, digitsRate: 0.1 },
    { text: 'exp(sign(g) * sign(m)) * g', planeRate: 1e-3, digitsRate: 0.1 },
  ],
  chosen: 2,
  testFunction: ROSENBROCK,
  start: startOf(ROSENBROCK),
  steps: 300,
  width: 32,
  epochs: 5,
  seed: 1,
  target: 'pytorch',
};

/** Where a function's trajectories begin unless somebody chooses. */
export function startOf(name: string): readonly [number, number] {
  const [x = 0, y = 0] = testFunctions.find(name).start;
  return [x, y];
}

/**
 * Reads the state from the fragment of an address, with or without `#`. What is missing, or is not understood, is as in
 * {@link INITIAL}; numbers outside the limits are brought to the nearest one inside.
 *
 * @param targets Names of the targets of an export.
 */
export function readState(fragment: string, targets: readonly string[]): LabState {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const [onPlane, onDigits] = [fields.getAll('rate'), fields.getAll('train')];
  const rules = fields
    .getAll('rule')
    .slice(0, LIMITS.rules)
    .map((text, i) => ({
      text: text.slice(0, LIMITS.text),
      planeRate: numberIn(onPlane[i] ?? null, LIMITS.learningRate, 0.01),
      digitsRate: numberIn(onDigits[i] ?? null, LIMITS.learningRate, 0.01),
    }));
  const testFunction = testFunctions.get(fields.get('function') ?? '')?.name ?? INITIAL.testFunction;
  const { bounds } = testFunctions.find(testFunction);
  const [x, y] = startOf(testFunction);
  const shown = rules.length > 0 ? rules : INITIAL.rules;
  const width = Number(fields.get('width'));
  const target = fields.get('to') ?? '';
  return {
    rules: shown,
    chosen: wholeIn(fields.get('chosen'), [0, shown.length - 1], Math.min(INITIAL.chosen, shown.length - 1)),
    testFunction,
    start: [numberIn(fields.get('x'), bounds[0], x), numberIn(fields.get('y'), bounds[1], y)],
    steps: wholeIn(fields.get('steps'), LIMITS.steps, INITIAL.steps),
    width: WIDTHS.find((one) => one === width) ?? INITIAL.width,
    epochs: wholeIn(fields.get('epochs'), LIMITS.epochs, INITIAL.epochs),
    seed: wholeIn(fields.get('seed'), LIMITS.seed, INITIAL.seed),
    target: targets.includes(target) ? target : INITIAL.target,
  };
}

/** Writes the state as the fragment of an address, without `#`: {@link readState} reads it back. */
export function writeState(state: LabState): string {
  const fields = new URLSearchParams();
  for (const { text, planeRate, digitsRate } of state.rules) {
    fields.append('rule', text);
    fields.append('rate', String(planeRate));
    fields.append('train', String(digitsRate));
  }
  fields.set('chosen', String(state.chosen));
  fields.set('function', state.testFunction);
  fields.set('x', String(state.start[0]));
  fields.set('y', String(state.start[1]));
  for (const name of ['steps', 'width', 'epochs', 'seed'] as const) fields.set(name, String(state[name]));
  fields.set('to', state.target);
  return fields.toString();
}

type Limits = readonly [low: number, high: number];

export function within(value: number, [low, high]: Limits): number {
  return Math.min(high, Math.max(low, value));
}

function numberIn(text: string | null, limits: Limits, otherwise: number): number {
  const value = Number(text ?? Number.NaN);
  return text?.trim() && Number.isFinite(value) ? within(value, limits) : otherwise;
}

function wholeIn(text: string | null, limits: Limits, otherwise: number): number {
  return Math.round(numberIn(text, limits, otherwise));
}
