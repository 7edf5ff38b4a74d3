import type { FinishedRun, RunAnswer, RunRequest } from './answer.ts';
import {
  type GradientKind,
  type GradientPath,
  gradientPath,
  gradientsMissing,
  placeOf,
  regimes,
} from './trajectory.ts';

/** How the class is run once. */
const plain: RunRequest = {
  trajectory: 'ordinary',
  requires: [],
  // The one or the other path, whatever torch would choose, if the class lets one choose.
  arguments: { foreach: false },
  optimizers: [[{ tensors: [0, 1, 2], rate: null }]],
  own_rate: false,
  set_rate: null,
  sign: 1,
  reload: null,
  late: null,
  closure: false,
  again: false,
};

/** The run that a rule is compared with. */
export const runOf = (regime: GradientKind): RunRequest => ({ ...plain, trajectory: regime });

/** How a run is known in a request: equal ones are made once. */
export const keyOf = (run: RunRequest): string => JSON.stringify(run);

/** Two ways of the class that should come to the same. */
export interface Pair {
  readonly regime: GradientKind;
  readonly tried: RunRequest;
  readonly reference: RunRequest;
}

/** What the first run of a pair came to, its gradients, and what every other run came to. */
interface Judged {
  readonly tried: FinishedRun;
  readonly path: GradientPath;
  readonly runs: Runs;
}

/** The answer of a run. */
export type Runs = (run: RunRequest) => RunAnswer | undefined;

/** A comparison of the class with itself. */
export interface SelfCheck {
  readonly name: string;
  readonly pairs: readonly Pair[];
  /** The parameter of the constructor that chooses the path that is checked; without that, the check is left out. */
  readonly path?: 'foreach';
  /** Whether the two must be equal to the bit. */
  readonly exact?: boolean;
  /** What is wrong that no weight of the second run shows. */
  readonly wrong?: (judged: Judged) => string | undefined;
  /** A probable cause of a difference. */
  readonly hint?: (judged: Judged) => string | undefined;
}

const ordinarily = (tried: RunRequest, reference: RunRequest): readonly Pair[] => [
  { regime: 'ordinary', tried, reference },
];

const having = (run: RunRequest, parameter: string, value: unknown): RunRequest => ({
  ...run,
  requires: [...run.requires, parameter],
  arguments: { ...run.arguments, [parameter]: value },
});

/** Two groups: the last tensor has a tenth of the learning rate. */
const GROUPS = [
  { tensors: [0, 1], rate: 1 },
  { tensors: [2], rate: 0.1 },
] as const;

const foreach = having(plain, 'foreach', true);

/** Every check of a class against itself. Those with both paths are made for each. */
export function selfChecks(steps: number): readonly SelfCheck[] {
  return [
    { name: 'the same again', pairs: ordinarily({ ...plain, again: true }, plain), exact: true },
    {
      name: 'foreach path as the single one',
      pairs: regimes.map((regime) => ({
        regime,
        tried: { ...foreach, trajectory: regime },
        reference: runOf(regime),
      })),
    },
    ...checksOfPath(plain, steps),
    ...checksOfPath(foreach, steps).map((check) => ({
      ...check,
      name: `${check.name}, foreach path`,
      path: 'foreach' as const,
    })),
    {
      name: 'a closure',
      pairs: ordinarily({ ...plain, closure: true }, plain),
      wrong: ({ tried: { closure, weights } }) => {
        if (closure.calls !== weights.length) {
          return `it calls the closure ${closure.calls} times in ${weights.length} steps`;
        }
        if (!closure.enabled) return 'it calls the closure without gradients: with torch.enable_grad()';
        return closure.returned ? undefined : 'its step() does not return what the closure returned';
      },
    },
  ];
}

/** The checks that differ from `base` in one thing. */
function checksOfPath(base: RunRequest, steps: number): readonly SelfCheck[] {
  const middle = Math.floor(steps / 2);
  const rated = { ...base, requires: [...base.requires, 'lr'] };
  const apart = { ...rated, own_rate: true, optimizers: GROUPS.map((group) => [group]) };
  const slow = { ...rated, own_rate: true, optimizers: [[{ tensors: [0, 1, 2], rate: 0.1 }]] };
  const missing = { ...base, trajectory: MISSING };
  const alone = [0, 1, 2].map((tensor) => [{ tensors: [tensor], rate: null }]);
  return [
    {
      name: 'state_dict saved and loaded halfway',
      pairs: ordinarily({ ...base, reload: middle }, base),
      hint: ({ tried }) =>
        tried.state_in_dict === 0 ? 'its state_dict() holds no state: keep it in self.state[p]' : undefined,
    },
    {
      name: 'groups with their own rates',
      pairs: ordinarily({ ...rated, optimizers: [GROUPS] }, apart),
      hint: ({ tried, runs }) =>
        cameTo(tried, runs(base)) ? "all groups move by one rate: read group['lr']" : undefined,
    },
    {
      name: 'a rate changed by a scheduler',
      pairs: ordinarily({ ...rated, set_rate: 0.1 }, slow),
      hint: ({ tried, runs }) =>
        cameTo(tried, runs(base)) ? "the first rate stays: read group['lr'] at every step" : undefined,
    },
    {
      name: 'a group added halfway',
      pairs: ordinarily({ ...rated, optimizers: [GROUPS], late: middle }, { ...apart, late: middle }),
    },
    {
      name: 'maximize, gradients negated',
      pairs: ordinarily({ ...having(base, 'maximize', true), sign: -1 }, base),
    },
    {
      name: 'gradients that are None',
      pairs: ordinarily(missing, { ...missing, optimizers: alone }),
      wrong: ({ tried, path }) => movedWithout(tried, path),
    },
  ];
}

const cameTo = ({ weights }: FinishedRun, other: RunAnswer | undefined): boolean =>
  other !== undefined && 'weights' in other && JSON.stringify(weights) === JSON.stringify(other.weights);

/** The name of the gradients that are None now and then. */
const MISSING = 'missing';

/** Every trajectory by its name in a request. */
export const trajectories = (steps: number): Readonly<Record<string, GradientPath>> => ({
  ...Object.fromEntries(regimes.map((regime) => [regime, gradientPath(regime, steps)])),
  [MISSING]: gradientsMissing(steps),
});

/** Says if a weight moved while it had no gradient. */
function movedWithout({ weights }: FinishedRun, { starts, gradients }: GradientPath): string | undefined {
  const first = starts.flatMap(({ values }) => values);
  for (const [s, row] of weights.entries()) {
    const before = weights[s - 1] ?? first;
    for (const [i, weight] of row.entries()) {
      const { tensor, index } = placeOf(i);
      if (gradients[s]![tensor] !== null || Object.is(weight, before[i])) continue;
      return `step ${s + 1} moves weight ${index} of tensor ${tensor}, whose gradient is None`;
    }
  }
  return undefined;
}
