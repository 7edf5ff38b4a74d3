import { bar, thousands } from '../report/index.ts';
import type { DistinctCount, DistinctEstimate, Space } from '../rules/index.ts';
import type { Context } from './command.ts';
import { openBlock } from './live/progress-bar.ts';

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
  const block = await openBlock(stderr);
  let drawn = performance.now();
  const onProgress = async (share: number): Promise<void> => {
    if (performance.now() - drawn < REDRAW_MILLISECONDS) return;
    drawn = performance.now();
    block.line(`distinct rules  ${bar(share, 24)} ${Math.floor(share * 100)}%`);
    // Lets Ctrl-C through.
    await new Promise(setImmediate);
  };
  try {
    if (spaceSize(space) <= COUNTED) {
      return { counted: true, ...(await countDistinct(space, onProgress)) };
    }
    const options = { samples: SAMPLES, seed: SEED, onProgress };
    return { counted: false, ...(await estimateDistinct(space, options)) };
  } finally {
    block.close();
  }
}

const REDRAW_MILLISECONDS = 100;

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
