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

/** A command is loaded when it is called, and whatever it imports with it. */
const modules = {
  init: () => import('./init.ts'),
  search: () => import('./search.ts'),
  resume: () => import('./resume.ts'),
  ask: () => import('./ask.ts'),
  tell: () => import('./tell.ts'),
  runs: () => import('./runs.ts'),
  top: () => import('./top.ts'),
  show: () => import('./show.ts'),
  log: () => import('./log.ts'),
  plot: () => import('./plot.ts'),
  studio: () => import('./studio.ts'),
  note: () => import('./note.ts'),
  rename: () => import('./rename.ts'),
  rm: () => import('./rm.ts'),
  pack: () => import('./pack.ts'),
  unpack: () => import('./unpack.ts'),
  table: () => import('./table.ts'),
  eval: () => import('./eval.ts'),
  compare: () => import('./compare.ts'),
  card: () => import('./card.ts'),
  funnel: () => import('./funnel.ts'),
  rule: () => import('./rule.ts'),
  export: () => import('./export.ts'),
  check: () => import('./check.ts'),
  rules: () => import('./rules.ts'),
  space: () => import('./space.ts'),
  tasks: () => import('./tasks.ts'),
  'task check': () => import('./task-check.ts'),
  strategies: () => import('./strategies.ts'),
  protocols: () => import('./protocols.ts'),
  environments: () => import('./environments.ts'),
  trajectory: () => import('./trajectory.ts'),
  lab: () => import('./lab.ts'),
  bleu: () => import('./bleu.ts'),
  worker: () => import('./worker.ts'),
  workers: () => import('./workers.ts'),
  'bench strategies': () => import('./bench-strategies.ts'),
  reproduce: () => import('./reproduce.ts'),
  'data fetch': () => import('./data-fetch.ts'),
  'data list': () => import('./data-list.ts'),
  'engine fetch': () => import('./engine.ts'),
  doctor: () => import('./doctor.ts'),
  completion: () => import('./completion.ts'),
} as const satisfies Readonly<Record<string, CommandEntry['load']>>;

type Name = keyof typeof modules;

/** Every command with its line of `--help`, in that order. */
const summaries: Readonly<Record<Name, string>> = {
  init: 'write a task of your own to begin from: a module or a program, its data, a README',
  search: 'search for update rules: live progress, a leaderboard at the end',
  resume: 'continue a stopped or killed run, to the same result, or extend a finished one',
  ask: 'get rules to train yourself: trials of a run whose values you tell',
  tell: 'tell what a trial of `nos ask` came to',
  runs: 'list the runs in the store',
  top: 'show the leaderboard of a run',
  show: 'show a run, or one of its proposals with its whole evaluation',
  log: 'list every evaluation of a run, for a notebook',
  plot: 'draw the rewards of runs as a picture, and tell whether they rose',
  studio: 'look at runs in the browser: follow a search, filter its rules, compare runs',
  note: 'add a note to a run; an empty text removes it',
  rename: 'give a run another name',
  rm: 'remove runs, with the evaluations that no other run holds',
  pack: 'write a run to one file, to go on with it on another machine',
  unpack: 'take a run out of a file that `nos pack` wrote',
  table: 'write all evaluations of runs as one table, for pandas and as a landscape for strategies',
  eval: 'score rules, given as text or catalogue name; what is stored is not trained again',
  compare: 'compare rules on tasks: intervals, paired tests, a verdict',
  card: 'write the transfer card of a rule: what it is, and what it does on tasks, with pictures',
  funnel: 'train the best rules of a run longer and longer, and keep the best of them: successive halving',
  rule: 'inspect an update rule: canonical text, key, LaTeX, memory, cost, names',
  export: 'write a rule as an optimizer of another framework or language, or as a formula',
  check: 'check an optimizer class of PyTorch: against a rule, and against itself run in other ways',
  rules: 'list the catalogue of named rules',
  space: 'list the spaces of rules with their exact sizes, or show one and its share of distinct rules',
  tasks: 'list the tasks that rules are tried on, or show one of them',
  'task check': 'train a task before a search: is it determined, how does it spread, what will a search take',
  strategies: 'list the strategies of search, and the algorithms of strategy rl',
  protocols: 'list the protocols by which rules are scored',
  environments: 'list the numerical environments that rules are trained in',
  trajectory: 'draw the paths of rules on a function of the plane as a picture',
  lab: 'open the rule lab: a page to type rules and watch them work; or write it as a static site',
  bleu: 'BLEU of translations against references, as SacreBLEU computes it',
  worker: 'evaluate for searches elsewhere, until Ctrl-C',
  workers: 'list the workers of a Redis, what each does, and its rate',
  'bench strategies': 'compare strategies at equal budgets, on landscapes whose best rules are known',
  reproduce: 'reproduce a figure or table of the paper: data, pictures and a page beside what the paper says',
  'data fetch': 'download a data set with a progress bar, and verify it',
  'data list': 'list the data sets, and whether they are on this machine',
  'engine fetch': 'download the engine; whatever trains also does so by itself',
  doctor: 'check whether this machine is fit, and say what to do if it is not',
  completion: 'print the script that completes commands, flags and names in a shell',
};

const EVALUATING: readonly Name[] = ['search', 'resume', 'eval', 'compare', 'card', 'funnel', 'reproduce'];

/** The commands that take each option that says where a command works. */
const TAKEN: Readonly<Record<'store' | 'data' | 'redis', readonly Name[]>> = {
  store: [
    ...EVALUATING,
    'ask',
    'tell',
    'runs',
    'top',
    'show',
    'log',
    'plot',
    'studio',
    'note',
    'rename',
    'rm',
    'pack',
    'unpack',
    'table',
    'doctor',
    'export',
    'completion',
  ],
  data: [...EVALUATING, 'studio', 'task check', 'worker', 'data fetch', 'data list', 'doctor'],
  redis: [...EVALUATING, 'studio', 'task check', 'worker', 'workers'],
};

export const commands: readonly CommandEntry[] = (Object.keys(summaries) as Name[]).map((name) => ({
  name,
  summary: summaries[name],
  takes: (['store', 'data', 'redis'] as const).filter((option) => TAKEN[option].includes(name)),
  load: modules[name],
}));
