import type { Comparison } from '../compare/index.ts';
import type { LeaderboardRow } from '../run/index.ts';
import { shellWord } from '../shell.ts';

/** Rules on one task, none of which finished a training. */
export interface AllDiverged {
  /** `reference rules`, `rules`. */
  readonly what: string;
  readonly count: number;
  /** Name, or reference. */
  readonly task: string;
}

/** Where every reference rule of a leaderboard diverged, with fresh seeds too. */
export function divergedReferences(rows: readonly LeaderboardRow[], task: string): readonly AllDiverged[] {
  const references = rows.filter(({ reference }) => reference);
  const diverged = references.every(
    ({ status, retest }) => status === 'diverged' && (!retest || retest.diverged === retest.rewards.length),
  );
  return diverged && references.length > 0
    ? [{ what: 'reference rules', count: references.length, task }]
    : [];
}

/** The tasks of comparisons on which every rule diverged with every seed. */
export function divergedTasks(comparisons: readonly Comparison[]): readonly AllDiverged[] {
  return comparisons.flatMap(({ tasks }) =>
    tasks
      .filter(({ rows }) => rows.every(({ diverged, rewards }) => diverged === rewards.length))
      .map(({ task, rows }) => ({ what: 'rules', count: rows.length, task })),
  );
}

/** What a document has of it: nothing for most. */
export function remarksOf(all: readonly AllDiverged[]): { readonly remarks?: readonly string[] } {
  return all.length === 0 ? {} : { remarks: all.map(sentence) };
}

/** The same for people, with what to type; empty for most. */
export function allDivergedText(all: readonly AllDiverged[], call: (line: string) => string): string {
  return all
    .map((one) => {
      const task = one.task.replace(/#[0-9a-f]{12}$/, '');
      const tried = call(`nos eval sgd --task ${shellWord(task)} --protocol final@1=1e-6`);
      return `${sentence(one)}\na learning rate that is almost none, to tell which: ${tried}`;
    })
    .join('\n');
}

function sentence({ what, count, task }: AllDiverged): string {
  const who = count === 1 ? `The only ${what.replace(/s$/, '')}` : `All ${count} ${what}`;
  return `${who} diverged on ${task}: the task's loss or its learning rates are the likely cause.`;
}
