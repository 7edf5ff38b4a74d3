import type { Comparison } from '../compare/index.ts';
import type { LeaderboardRow } from '../run/index.ts';
import { shellWord } from '../shell.ts';

/** Rules on one task of which none finished a training. */
export interface AllDiverged {
  /** Name of the rules in the plural: `reference rules`, `rules`. */
  readonly what: string;
  readonly count: number;
  /** Name or reference of the task. */
  readonly task: string;
}

/** Returns the task of a leaderboard if every reference rule diverged, with fresh seeds too. */
export function divergedReferences(rows: readonly LeaderboardRow[], task: string): readonly AllDiverged[] {
  const references = rows.filter(({ reference }) => reference);
  const diverged = references.every(
    ({ status, retest }) => status === 'diverged' && (!retest || retest.diverged === retest.rewards.length),
  );
  return diverged && references.length > 0
    ? [{ what: 'reference rules', count: references.length, task }]
    : [];
}

/** Returns the tasks of comparisons on which every rule diverged with every seed. */
export function divergedTasks(comparisons: readonly Comparison[]): readonly AllDiverged[] {
  return comparisons.flatMap(({ tasks }) =>
    tasks
      .filter(({ rows }) => rows.every(({ diverged, rewards }) => diverged === rewards.length))
      .map(({ task, rows }) => ({ what: 'rules', count: rows.length, task })),
  );
}

/** Returns the remarks of a document; it has none if there are none. */
export function remarksOf(all: readonly AllDiverged[]): { readonly remarks?: readonly string[] } {
  return all.length === 0 ? {} : { remarks: all.map(sentence) };
}

/** Returns the same for people, with commands to type: one paragraph, or none. */
export function allDivergedTexts(
  all: readonly AllDiverged[],
  call: (line: string) => string,
): readonly string[] {
  const lines = all.map((one) => {
    const task = one.task.replace(/#[0-9a-f]{12}$/, '');
    const tried = call(`nos eval sgd --task ${shellWord(task)} --protocol final@1=1e-6`);
    return `${sentence(one)}\na learning rate that is almost none, to tell which: ${tried}`;
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function sentence({ what, count, task }: AllDiverged): string {
  const who = count === 1 ? `The only ${what.replace(/s$/, '')}` : `All ${count} ${what}`;
  return `${who} diverged on ${task}: the task's loss or its learning rates are the likely cause.`;
}
