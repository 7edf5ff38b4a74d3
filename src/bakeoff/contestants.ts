import { registry } from '../registry.ts';

type Options = Readonly<Record<string, number | string>>;

/** An option and the values to try. */
type Axis = Readonly<Record<string, readonly number[]>>;

/** A strategy with the settings among which its best is chosen. */
export interface Contestant {
  /** Of a strategy; of an algorithm, where the strategy is the controller. */
  readonly name: string;
  readonly strategy: string;
  /** What makes it this contestant, whatever its settings. */
  readonly options: Options;
  /** Settings that are tried on the tuning seeds; as many for each that has some. */
  readonly grid: readonly Options[];
}

export const contestants = registry<Contestant>('strategy', [
  { name: 'random', strategy: 'random', options: {}, grid: [{}] },
  {
    name: 'evolution',
    strategy: 'evolution',
    options: {},
    grid: [
      { population: 20, tournament: 5 },
      { population: 20, tournament: 10 },
      { population: 50, tournament: 10 },
      { population: 50, tournament: 25 },
    ],
  },
  {
    name: 'tree',
    strategy: 'tree',
    options: {},
    grid: product({ exploration: [0.1, 0.3] }, { rolloutTemperature: [0.03, 0.1] }),
  },
  controller('reinforce', { learningRate: [0.003, 0.005] }),
  controller('trpo', { damping: [0.01, 0.1] }),
  controller('trpo-adam', { learningRate: [0.0005, 0.002] }),
  controller('ppo', { learningRate: [0.0005, 0.002] }),
]);

/** How fast the policy moves, and how much it is kept from settling: as in the paper, and ten times as much. */
function controller(algorithm: string, speed: Axis): Contestant {
  const grid = product(speed, { entropyWeight: [0.0015, 0.015] });
  return { name: algorithm, strategy: 'rl', options: { algorithm }, grid };
}

/** Every combination of the values of named options. */
function product(...axes: readonly Axis[]): readonly Options[] {
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
