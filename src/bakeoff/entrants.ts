import { registry } from '../registry.ts';
import { strategies } from '../search/index.ts';
import { YARDSTICK } from './relative-regret.ts';

type Options = Readonly<Record<string, number | string>>;

/** An option and the values to try. */
type Axis = Readonly<Record<string, readonly number[]>>;

/** A strategy with the settings among which its best is chosen. */
export interface Entrant {
  /** Name of a strategy, or of one of its variants: of an algorithm of strategy `rl`. */
  readonly name: string;
  readonly strategy: string;
  /** What makes it this entrant, whatever its settings. */
  readonly options: Options;
  /** Settings that are tried on the tuning seeds: the same number for each entrant that has more than its defaults. */
  readonly grid: readonly Options[];
}

/** How fast the policy moves, and how much it is kept from settling: as in the paper, and ten times as much. */
const policy = (speed: Axis): readonly Options[] => product(speed, { entropyWeight: [0.0015, 0.015] });

/** Settings to tune among, by the name of the entrant. */
const GRIDS: Readonly<Record<string, readonly Options[]>> = {
  evolution: [
    { population: 20, tournament: 5 },
    { population: 20, tournament: 10 },
    { population: 50, tournament: 10 },
    { population: 50, tournament: 25 },
  ],
  tree: product({ exploration: [0.1, 0.3] }, { rolloutTemperature: [0.03, 0.1] }),
  reinforce: policy({ learningRate: [0.003, 0.005] }),
  trpo: policy({ damping: [0.01, 0.1] }),
  'trpo-adam': policy({ learningRate: [0.0005, 0.002] }),
  ppo: policy({ learningRate: [0.0005, 0.002] }),
};

/** Every strategy, the yardstick first. */
export const entrants = registry<Entrant>(
  'strategy',
  strategies.entries
    .flatMap(({ name: strategy, variants = { [strategy]: {} } }) =>
      Object.entries(variants).map(([name, options]) => ({
        ...{ name, strategy, options },
        grid: GRIDS[name] ?? [{}],
      })),
    )
    .sort((a, b) => Number(b.name === YARDSTICK) - Number(a.name === YARDSTICK)),
);

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
