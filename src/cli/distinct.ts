import { bar, thousands } from '../report/index.ts';
import type { DistinctCount, DistinctEstimate, Space } from '../rules/index.ts';
import type { Context } from './command.ts';
import { openView } from './live/view.ts';

/** Of so many strings, a core counts the rules in some 5 s; it looks at so many random ones in as long. */
const COUNTED = 200_000n;
const SAMPLES = 10_000;
const SEED = 1;

/** How many distinct rules the strings of a space denote: counted where they are few, else bounded from random ones. */
export type Distinct =
  | ({ readonly counted: true } & DistinctCount)
  | ({ readonly counted: false } & DistinctEstimate);

/** Works some seconds; a terminal shows how far it is. */
export async function distinctOf(space: Space, stderr: Context['stderr']): Promise<Distinct> {
  const { countDistinct, estimateDistinct, spaceSize } = await import('../rules/index.ts');
  const progress = await progressOn(stderr);
  try {
    if (spaceSize(space) <= COUNTED) {
      return { counted: true, ...(await countDistinct(space, progress.show)) };
    }
    const options = { samples: SAMPLES, seed: SEED, onProgress: progress.show };
    return { counted: false, ...(await estimateDistinct(space, options)) };
  } finally {
    progress.close();
  }
}

interface Progress {
  readonly show: (done: number) => Promise<void>;
  close(): void;
}

const MILLISECONDS_A_DRAWING = 100;

/** A bar on a terminal, nothing elsewhere. */
async function progressOn(stderr: Context['stderr']): Promise<Progress> {
  const view = stderr.interactive ? await openView(stderr) : undefined;
  let drawn = performance.now();
  const show = async (done: number): Promise<void> => {
    if (performance.now() - drawn < MILLISECONDS_A_DRAWING) return;
    drawn = performance.now();
    view?.draw(`distinct rules  ${bar(done, 24)} ${Math.floor(done * 100)}%`);
    // Lets Ctrl-C through.
    await new Promise(setImmediate);
  };
  return { show, close: () => view?.close() };
}

/** The rows of `nos space`. */
export function distinctRows(distinct: Distinct): readonly (readonly [string, string])[] {
  if (distinct.counted) {
    return [
      [
        'distinct rules',
        `${thousands(distinct.rules)}, ${percent(distinct.share, 3)} of the strings (counted)`,
      ],
    ];
  }
  const { samples, atMost, error, coincidence, coincidenceError } = distinct;
  return [
    [
      'distinct rules',
      `at most ${percent(atMost, 3)} ± ${percent(error, 2)} of the strings (95 %, from ${thousands(samples)} random strings)`,
    ],
    [
      'coincidence',
      `two random strings are the same rule in ${percent(coincidence, 3)} ± ${percent(coincidenceError, 2)} of cases`,
    ],
  ];
}

/** With so many significant digits: `50.4 %`, `0.0032 %`. */
function percent(share: number, digits: number): string {
  return `${Number((share * 100).toPrecision(digits))} %`;
}
