import { unknownName } from '../errors.ts';

type Options = Readonly<Record<string, number | string>>;

/** A strategy with the settings among which its best is chosen. */
export interface Contestant {
  /** Of a strategy; of an algorithm, where the strategy is the controller. */
  readonly name: string;
  readonly strategy: string;
  /** What makes it this contestant, whatever its settings. */
  readonly options: Options;
  /** Settings that are tried on the tuning seeds; as many for each that has any. */
  readonly grid: readonly Options[];
}

export const contestants: readonly Contestant[] = [
  { name: 'random', strategy: 'random', options: {}, grid: [{}] },
  {
    name: 'evolution',
    strategy: 'evolution',
    options: {},
    grid: [
      { population: 10, tournament: 5 },
      { population: 20, tournament: 5 },
      { population: 20, tournament: 10 },
      { population: 50, tournament: 10 },
      { population: 50, tournament: 25 },
      { population: 100, tournament: 25 },
    ],
  },
  {
    name: 'tree',
    strategy: 'tree',
    options: {},
    grid: product({ exploration: [0.03, 0.1, 0.3] }, { rolloutTemperature: [0.03, 0.1] }),
  },
  controller(
    'reinforce',
    product({ learningRate: [0.001, 0.003, 0.005] }, { entropyWeight: [0.0015, 0.01] }),
  ),
  controller('trpo', [
    { klBound: 0.05, damping: 0.1, entropyWeight: 0.0015 },
    { klBound: 0.05, damping: 0.1, entropyWeight: 0.01 },
    { klBound: 0.05, damping: 0.01, entropyWeight: 0.0015 },
    { klBound: 0.05, damping: 0.01, entropyWeight: 0.01 },
    { klBound: 0.02, damping: 0.01, entropyWeight: 0.0015 },
    { klBound: 0.02, damping: 0.01, entropyWeight: 0.01 },
  ]),
  controller('trpo-adam', [
    { learningRate: 0.001, klBound: 0.05, entropyWeight: 0.0015 },
    { learningRate: 0.001, klBound: 0.05, entropyWeight: 0.01 },
    { learningRate: 0.001, klBound: 0.02, entropyWeight: 0.01 },
    { learningRate: 0.0003, klBound: 0.05, entropyWeight: 0.0015 },
    { learningRate: 0.0003, klBound: 0.05, entropyWeight: 0.01 },
    { learningRate: 0.0003, klBound: 0.02, entropyWeight: 0.01 },
  ]),
  controller('ppo', product({ learningRate: [0.0001, 0.0003, 0.001] }, { entropyWeight: [0.0015, 0.01] })),
];

/** @throws NosError `unknown-name`. */
export function findContestant(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found) return found;
  throw unknownName(
    'strategy',
    name,
    contestants.map((contestant) => contestant.name),
  );
}

function controller(algorithm: string, grid: readonly Options[]): Contestant {
  return { name: algorithm, strategy: 'rl', options: { algorithm }, grid };
}

/** Every combination of the values of named options. */
function product(...axes: readonly Readonly<Record<string, readonly number[]>>[]): readonly Options[] {
  return axes.reduce<readonly Options[]>(
    (sofar, axis) =>
      sofar.flatMap((options) =>
        Object.entries(axis).flatMap(([name, values]) =>
          values.map((value) => ({ ...options, [name]: value })),
        ),
      ),
    [{}],
  );
}
