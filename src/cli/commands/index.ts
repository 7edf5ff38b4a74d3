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

/** Every command, in the order of `--help`. A command is loaded when it is called, and whatever it imports with it. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'search',
    summary: 'search for update rules: live progress, a leaderboard at the end',
    takes: EVALUATING,
    load: () => import('./search.ts'),
  },
  {
    name: 'resume',
    summary: 'continue a stopped or killed run, to the same result, or extend a finished one',
    takes: EVALUATING,
    load: () => import('./resume.ts'),
  },
  { name: 'runs', summary: 'list the runs in the store', takes: STORE, load: () => import('./runs.ts') },
  { name: 'top', summary: 'show the leaderboard of a run', takes: STORE, load: () => import('./top.ts') },
  {
    name: 'show',
    summary: 'show a run, or one of its proposals with its whole evaluation',
    takes: STORE,
    load: () => import('./show.ts'),
  },
  {
    name: 'log',
    summary: 'list every evaluation of a run, for a notebook',
    takes: STORE,
    load: () => import('./log.ts'),
  },
  {
    name: 'plot',
    summary: 'draw the rewards of runs as a picture, and tell whether they rose',
    takes: STORE,
    load: () => import('./plot.ts'),
  },
  {
    name: 'note',
    summary: 'add a note to a run; an empty text removes it',
    takes: STORE,
    load: () => import('./note.ts'),
  },
  { name: 'rename', summary: 'give a run another name', takes: STORE, load: () => import('./rename.ts') },
  {
    name: 'rm',
    summary: 'remove runs, with the evaluations that no other run holds',
    takes: STORE,
    load: () => import('./rm.ts'),
  },
  {
    name: 'eval',
    summary: 'score rules, given as text or catalogue name; what is stored is not trained again',
    takes: EVALUATING,
    load: () => import('./eval.ts'),
  },
  {
    name: 'compare',
    summary: 'compare rules on tasks: intervals, paired tests, a verdict',
    takes: EVALUATING,
    load: () => import('./compare.ts'),
  },
  {
    name: 'card',
    summary: 'write the transfer card of a rule: what it is, and what it does on tasks, with pictures',
    takes: EVALUATING,
    load: () => import('./card.ts'),
  },
  {
    name: 'funnel',
    summary: 'train the best rules of a run longer and longer, and keep the best of them: successive halving',
    takes: EVALUATING,
    load: () => import('./funnel.ts'),
  },
  {
    name: 'rule',
    summary: 'inspect an update rule: canonical text, key, LaTeX, memory, cost, names',
    takes: [],
    load: () => import('./rule.ts'),
  },
  {
    name: 'rules',
    summary: 'list the catalogue of named rules',
    takes: [],
    load: () => import('./rules.ts'),
  },
  {
    name: 'space',
    summary: 'list the spaces of rules with their exact sizes, or show one and its share of distinct rules',
    takes: [],
    load: () => import('./space.ts'),
  },
  {
    name: 'tasks',
    summary: 'list the tasks that rules are tried on, or show one of them',
    takes: [],
    load: () => import('./tasks.ts'),
  },
  {
    name: 'trajectory',
    summary: 'draw the paths of rules on a function of the plane as a picture',
    takes: [],
    load: () => import('./trajectory.ts'),
  },
  {
    name: 'bleu',
    summary: 'BLEU of translations against references, as SacreBLEU computes it',
    takes: [],
    load: () => import('./bleu.ts'),
  },
  {
    name: 'worker',
    summary: 'evaluate for searches elsewhere, until Ctrl-C',
    takes: ['redis', 'data'],
    load: () => import('./worker.ts'),
  },
  {
    name: 'workers',
    summary: 'list the workers of a Redis, what each does, and its rate',
    takes: ['redis'],
    load: () => import('./workers.ts'),
  },
  {
    name: 'bench strategies',
    summary: 'compare strategies at equal budgets, on landscapes whose best rules are known',
    takes: [],
    load: () => import('./bench-strategies.ts'),
  },
  {
    name: 'reproduce',
    summary: 'reproduce a figure or table of the paper: data, pictures and a page beside what the paper says',
    takes: EVALUATING,
    load: () => import('./reproduce.ts'),
  },
  {
    name: 'data fetch',
    summary: 'download a data set with a progress bar, and verify it',
    takes: DATA,
    load: () => import('./data-fetch.ts'),
  },
  {
    name: 'data list',
    summary: 'list the data sets, and whether they are on this machine',
    takes: DATA,
    load: () => import('./data-list.ts'),
  },
  {
    name: 'engine fetch',
    summary: 'download the engine; whatever trains also does so by itself',
    takes: [],
    load: () => import('./engine.ts'),
  },
  {
    name: 'doctor',
    summary: 'check whether this machine is fit, and say what to do if it is not',
    takes: ['store', 'data'],
    load: () => import('./doctor.ts'),
  },
];
