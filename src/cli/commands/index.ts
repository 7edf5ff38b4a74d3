import type { CARRIED } from '../calling.ts';
import type { Command } from '../command.ts';

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  /** `top`; `data fetch` for a command of a group. */
  readonly name: string;
  readonly summary: string;
  /** The options that it takes of those that say where a command works: a printed command carries them. */
  readonly takes: readonly (typeof CARRIED)[number][];
  readonly load: () => Promise<{ readonly command: Command }>;
}

const STORE = ['store'] as const;
const DATA = ['data'] as const;
const EVALUATING = ['store', 'data', 'redis'] as const;

const entry = (
  name: CommandEntry['name'],
  summary: string,
  takes: CommandEntry['takes'],
  load: CommandEntry['load'],
): CommandEntry => ({ name, summary, takes, load });

/** Every command, in the order of `--help`. A command is loaded when it is called, and whatever it imports with it. */
export const commands: readonly CommandEntry[] = [
  entry(
    'search',
    'search for update rules: live progress, a leaderboard at the end',
    EVALUATING,
    () => import('./search.ts'),
  ),
  entry(
    'resume',
    'continue a stopped or killed run, to the same result, or extend a finished one',
    EVALUATING,
    () => import('./resume.ts'),
  ),
  entry('runs', 'list the runs in the store', STORE, () => import('./runs.ts')),
  entry('top', 'show the leaderboard of a run', STORE, () => import('./top.ts')),
  entry(
    'show',
    'show a run, or one of its proposals with its whole evaluation',
    STORE,
    () => import('./show.ts'),
  ),
  entry('log', 'list every evaluation of a run, for a notebook', STORE, () => import('./log.ts')),
  entry(
    'plot',
    'draw the rewards of runs as a picture, and tell whether they rose',
    STORE,
    () => import('./plot.ts'),
  ),
  entry('note', 'add a note to a run; an empty text removes it', STORE, () => import('./note.ts')),
  entry('rename', 'give a run another name', STORE, () => import('./rename.ts')),
  entry('rm', 'remove runs, with the evaluations that no other run holds', STORE, () => import('./rm.ts')),
  entry(
    'eval',
    'score rules, given as text or catalogue name; what is stored is not trained again',
    EVALUATING,
    () => import('./eval.ts'),
  ),
  entry(
    'compare',
    'compare rules on tasks: intervals, paired tests, a verdict',
    EVALUATING,
    () => import('./compare.ts'),
  ),
  entry(
    'card',
    'write the transfer card of a rule: what it is, and what it does on tasks, with pictures',
    EVALUATING,
    () => import('./card.ts'),
  ),
  entry(
    'funnel',
    'train the best rules of a run longer and longer, and keep the best of them: successive halving',
    EVALUATING,
    () => import('./funnel.ts'),
  ),
  entry(
    'rule',
    'inspect an update rule: canonical text, key, LaTeX, memory, cost, names',
    [],
    () => import('./rule.ts'),
  ),
  entry('rules', 'list the catalogue of named rules', [], () => import('./rules.ts')),
  entry(
    'space',
    'list the spaces of rules with their exact sizes, or show one and its share of distinct rules',
    [],
    () => import('./space.ts'),
  ),
  entry(
    'tasks',
    'list the tasks that rules are tried on, or show one of them',
    [],
    () => import('./tasks.ts'),
  ),
  entry(
    'strategies',
    'list the strategies of search, and the algorithms of strategy rl',
    [],
    () => import('./strategies.ts'),
  ),
  entry('protocols', 'list the protocols by which rules are scored', [], () => import('./protocols.ts')),
  entry(
    'environments',
    'list the numerical environments that rules are trained in',
    [],
    () => import('./environments.ts'),
  ),
  entry(
    'trajectory',
    'draw the paths of rules on a function of the plane as a picture',
    [],
    () => import('./trajectory.ts'),
  ),
  entry(
    'bleu',
    'BLEU of translations against references, as SacreBLEU computes it',
    [],
    () => import('./bleu.ts'),
  ),
  entry(
    'worker',
    'evaluate for searches elsewhere, until Ctrl-C',
    ['redis', 'data'],
    () => import('./worker.ts'),
  ),
  entry(
    'workers',
    'list the workers of a Redis, what each does, and its rate',
    ['redis'],
    () => import('./workers.ts'),
  ),
  entry(
    'bench strategies',
    'compare strategies at equal budgets, on landscapes whose best rules are known',
    [],
    () => import('./bench-strategies.ts'),
  ),
  entry(
    'reproduce',
    'reproduce a figure or table of the paper: data, pictures and a page beside what the paper says',
    EVALUATING,
    () => import('./reproduce.ts'),
  ),
  entry(
    'data fetch',
    'download a data set with a progress bar, and verify it',
    DATA,
    () => import('./data-fetch.ts'),
  ),
  entry(
    'data list',
    'list the data sets, and whether they are on this machine',
    DATA,
    () => import('./data-list.ts'),
  ),
  entry(
    'engine fetch',
    'download the engine; whatever trains also does so by itself',
    [],
    () => import('./engine.ts'),
  ),
  entry(
    'doctor',
    'check whether this machine is fit, and say what to do if it is not',
    ['store', 'data'],
    () => import('./doctor.ts'),
  ),
  entry(
    'completion',
    'print the script that completes commands, flags and names in a shell',
    STORE,
    () => import('./completion.ts'),
  ),
];
