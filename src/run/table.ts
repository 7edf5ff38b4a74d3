import { csvLine } from '../csv.ts';
import { evaluationDocument } from '../evaluation/index.ts';
import { type Score, type Store, scorePlace } from '../store/index.ts';
import type { RunConfig } from './config.ts';
import { readRun } from './stored-run.ts';

/** What a cell is made of: an evaluation, its place in a run, and the run. */
interface Row extends Score {
  readonly run: string;
  readonly config: RunConfig;
  /** Tokens of the proposal; of a reference rule and of a retest there are none. */
  readonly tokens: readonly number[];
}

type Cell = string | number | boolean | undefined;

interface TableColumn {
  readonly name: string;
  readonly description: string;
  readonly cell: (row: Row) => Cell;
}

const shape = evaluationDocument.shape;
type Field = keyof typeof shape;

/** A column that is a field of the evaluation, described as documents describe it. */
const field = (name: Field, cell: TableColumn['cell'], form = ''): TableColumn => ({
  name,
  description: `${shape[name].description ?? ''}${form}`,
  cell,
});

const number = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';

/** A module of the user's own by its file and its hash: a table is shown to others. */
export const withoutFolder = (reference: string): string => reference.replace(/^.*[/\\]/, '');

const numbers = (values: readonly number[] = []): string => values.map(number).join(' ');

const own = (name: 'rule' | 'key' | 'protocol' | 'environment' | 'status'): TableColumn =>
  field(name, ({ evaluation }) => evaluation[name]);

/** The columns of the table, in their order: a program may rest on their names, and new ones come last. */
export const tableColumns: readonly TableColumn[] = [
  { name: 'run', description: 'name of the run', cell: ({ run }) => run },
  { name: 'role', description: scorePlace.role.description ?? '', cell: ({ role }) => role },
  { name: 'index', description: scorePlace.index.description ?? '', cell: ({ index }) => index },
  own('rule'),
  own('key'),
  {
    name: 'tokens',
    description: 'token string of the proposal in its space, with spaces in between; empty for others',
    cell: ({ tokens }) => tokens.join(' '),
  },
  own('status'),
  field('reward', ({ evaluation }) => number(evaluation.reward)),
  field('learningRate', ({ evaluation }) => number(evaluation.learningRate)),
  field('edgeOfGrid', ({ evaluation }) => evaluation.edgeOfGrid),
  field(
    'sweep',
    ({ evaluation: { sweep } }) =>
      sweep
        .map(({ learningRate, accuracy, loss, steps }) => {
          const value = loss === undefined ? number(accuracy) : `${number(loss)}/${steps}`;
          return `${number(learningRate)}=${value}`;
        })
        .join(' '),
    '; each as rate=accuracy, or rate=loss/steps',
  ),
  field('curve', ({ evaluation }) => numbers(evaluation.curve), '; with spaces in between'),
  field('steps', ({ evaluation }) => evaluation.steps),
  field('seconds', ({ evaluation }) => number(evaluation.seconds)),
  field('seed', ({ evaluation }) => evaluation.seed),
  field('task', ({ evaluation }) => withoutFolder(evaluation.task), ', which is without its folder here'),
  own('protocol'),
  own('environment'),
  {
    name: 'reuses',
    description:
      'key of the rule of the run whose evaluation this is: both do the same, or nearly so, so only that one was trained',
    cell: ({ evaluation }) => evaluation.reuses?.key,
  },
  {
    name: 'reason',
    description: 'why it was stopped early, rejected, or failed',
    cell: ({ evaluation }) => reasonOf(evaluation),
  },
  field('fingerprint', ({ evaluation }) => evaluation.fingerprint),
  field('version', ({ evaluation }) => evaluation.version),
  {
    name: 'strategy',
    description: 'strategy of the run that proposed',
    cell: ({ config }) => withoutFolder(config.strategy.name),
  },
  {
    name: 'space',
    description: 'space of the run, as JSON: name, and what was chosen of it',
    cell: ({ config }) => JSON.stringify(config.space),
  },
  {
    name: 'score',
    description: 'the score in units of its own, unless it is an accuracy, which is the reward',
    cell: ({ evaluation: { score } }) => score && number(score.value),
  },
  {
    name: 'metric',
    description: 'what that score is called',
    cell: ({ evaluation }) => evaluation.score?.metric,
  },
  {
    name: 'goal',
    description: 'which of these scores are better',
    cell: ({ evaluation }) => evaluation.score?.goal,
  },
];

function reasonOf(evaluation: Score['evaluation']): string | undefined {
  return evaluation.status === 'failed'
    ? evaluation.error
    : 'reason' in evaluation
      ? evaluation.reason
      : undefined;
}

const NAMES = tableColumns.map(({ name }) => name);

/**
 * All evaluations of runs as lines of comma-separated values with titles, run by run: references, proposals, retests, each in order of
 * index. Equal stores give equal lines. A run is read a page at a time.
 *
 * @throws NosError `unknown-name`; `store-corrupt` if something of a run is damaged or missing.
 */
export async function* tableLines(store: Store, runs: readonly string[]): AsyncGenerator<string> {
  yield `${csvLine(NAMES)}\n`;
  for (const run of runs) {
    const { config } = await readRun(store, run);
    const tokens = await tokensOf(store, run);
    for await (const score of store.streamScores(run)) {
      const row = { ...score, run, config, tokens: tokensAt(tokens, score) };
      yield `${csvLine(tableColumns.map(({ cell }) => cell(row)))}\n`;
    }
  }
}

const tokensAt = (tokens: ReadonlyMap<number, readonly number[]>, { role, index }: Score) =>
  role === 'proposal' ? (tokens.get(index) ?? []) : [];

/** The tokens of all proposals by index. */
async function tokensOf(store: Store, run: string): Promise<ReadonlyMap<number, readonly number[]>> {
  const tokens = new Map<number, readonly number[]>();
  for await (const part of store.packRun(run)) {
    if (part.kind === 'proposal') tokens.set(part.index, part.tokens);
    else if (part.kind === 'evaluation') break;
  }
  return tokens;
}
