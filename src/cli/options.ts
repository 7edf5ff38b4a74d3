import { NO_ENVIRONMENT } from '../evaluation/index.ts';
import type { Constraint } from '../rules/index.ts';
import { names } from './names.ts';
import {
  assignments,
  described,
  duration,
  flag,
  integer,
  list,
  redisUrl,
  type SettingsOf,
  splitList,
  tests,
  text,
} from './option.ts';
import { presets } from './presets.ts';

/** Every option that the environment or the configuration file may set. A command takes those that it names in its own options. */
export const settings = {
  task: text('what a rule trains: a name of `nos tasks`, or a module', {
    ...{ value: 'TASK', path: true, joins: true, names: names.tasks },
  }),
  space: text('the space of rules to search', { value: 'SPACE', names: names.spaces }),
  iterations: integer('iterations of the space: 1, 2 or 3', { minimum: 1 }),
  constraints: list<Constraint>('constraints of the space', { names: names.constraints }),
  operands: list('operands instead of those of the space: g,m,sqrt(abs(g))'),
  unary: list('unary functions instead of those of the space: x,exp(x)'),
  binary: list('binary functions instead of those of the space: x + y,x * y'),
  strategy: text('how rules are proposed: a name of `nos strategies`, or a module', {
    ...{ path: true, names: names.strategies },
  }),
  algorithm: text('how strategy rl learns; means --strategy rl', { names: names.algorithms }),
  option: assignments('an option of the strategy; may be given again'),
  warmStart: list('rules to propose first, as texts or names: adam,powersign', { value: 'RULES' }),
  protocol: text('how a rule is scored', { names: names.protocols }),
  environment: text('numerical environment of the training: a name of docs/environments.md', {
    names: names.environments,
  }),
  samples: integer('how many rules to propose', { minimum: 1 }),
  batch: integer('rules per batch', { minimum: 1 }),
  pipeline: integer('batches in flight; like the seed, it decides the result', { minimum: 1 }),
  workers: integer('worker processes', { minimum: 1, otherwise: 'one per core' }),
  redis: redisUrl('evaluate on the workers of a queue: redis://HOST:PORT, rediss://… for TLS', {
    ...{ value: 'URL', source: 'environment', alias: 'NOS_REDIS_URL' },
  }),
  concurrency: integer('evaluations at a time: processes of this worker', {
    ...{ minimum: 1, otherwise: 'one per core' },
  }),
  retest: tests('the best rules to test again at the end, and fresh seeds of each', {
    otherwise: '5x3; with protocol fast 4x2 to 8x10, by the samples',
  }),
  seed: integer('equal seeds give equal results'),
  seeds: integer('evaluations of each rule, with consecutive seeds', { minimum: 1 }),
  preset: text('settings for a search of minutes, or those of the paper', {
    names: () => Object.keys(presets),
  }),
  log: text('form of the log on stderr; text is a live view on a terminal, json one object per line', {
    value: 'FORM',
    names: () => ['text', 'json'],
  }),
  logLevel: text('how much is logged', { value: 'LEVEL', names: names.logLevels }),
  metrics: text('serve /metrics for Prometheus, and /healthz; for this machine alone without HOST', {
    value: '[HOST:]PORT',
  }),
  tensorboard: text('write event files for TensorBoard, a folder per run', { value: 'DIR', path: true }),
  mlflow: text('send parameters and metrics to a server of MLflow: http://HOST:PORT', {
    ...{ value: 'URL', source: 'environment', alias: 'MLFLOW_TRACKING_URI' },
  }),
  store: text('the store of runs', { value: 'FILE', path: true }),
  data: text('the folder of data sets', { value: 'DIR', path: true, alias: 'NOS_DATA_DIR' }),
  engine: text('what computes training steps; native compiles them to C; auto is native if that works here', {
    ...{ value: 'ENGINE', source: 'environment', names: () => ['auto', 'native', 'onnxruntime'] },
  }),
  python: text('the Python that has torch', {
    ...{ value: 'PATH', path: true, source: 'environment', otherwise: 'the first that has it' },
  }),
  timeout: duration('begin no further batch after 90s, 10m, 2h, …: the run can be resumed', {
    source: 'environment',
  }),
  config: text('configuration file', {
    ...{ value: 'FILE', path: true, source: 'environment', otherwise: 'nos.config.json, if present' },
  }),
};

/** Settings as anyone gave them: without defaults. */
export type Settings = Partial<SettingsOf<typeof settings>>;

/** What every command takes. */
export const commonOptions = {
  config: settings.config.optional(),
  json: flag('one JSON document on stdout, and nothing else there'),
  debug: flag('show the stack trace of an error'),
};

/** The task of a first search: the paper's. */
export const DEFAULT_TASK = 'cifar10-convnet';

export const seed = settings.seed.default(1);
export const task = settings.task.default(DEFAULT_TASK);
export const protocol = settings.protocol.default('quick');

/** How rules are trained and scored: the conditions that all evaluations of a command share. */
export const regimeOptions = { protocol, environment: settings.environment.default(NO_ENVIRONMENT) };

/** The same but for the protocol, of a command that goes by a run: its own conditions hold unless others are named. */
export const conditionsOfRun = {
  environment: described(settings.environment, { otherwise: "the run's" }).optional(),
};

/** The option `task` of a command that takes several. */
export const tasks = described(settings.task, {
  description: 'tasks: names of `nos tasks`, or modules, with commas in between',
}).transform(splitList);

/** What shapes a named space. */
export const spaceOptions = {
  iterations: settings.iterations.optional(),
  constraints: settings.constraints.optional(),
  operands: settings.operands.optional(),
  unary: settings.unary.optional(),
  binary: settings.binary.optional(),
};

export const logOptions = { log: settings.log.default('text'), logLevel: settings.logLevel.default('info') };
/** Where people look at runs elsewhere. */
export const outletOptions = {
  tensorboard: settings.tensorboard.optional(),
  mlflow: settings.mlflow.optional(),
};
export const storeOption = { store: settings.store.optional() };
export const dataOption = { data: settings.data.optional() };
export const engineOption = { engine: settings.engine.default('auto') };

/** Options about who evaluates, and about the places of results and data. */
export const evaluatingOptions = {
  workers: settings.workers.optional(),
  redis: settings.redis.optional(),
  ...logOptions,
  ...storeOption,
  ...dataOption,
  ...engineOption,
};

/** Ten seeds, so that p can be 1/512: below 5 % even after Holm's correction for twenty-five tests. */
export const comparedSeeds = settings.seeds.default(10);

/** The rule that others are compared with. */
export const against = text('the rule that the others are compared with', {
  value: 'RULE',
  source: 'flag',
}).default('adam');

/** The place that a command takes files from. */
export const fromPlace = (what: string, otherwise: string) =>
  text(`take ${what}`, { value: 'PLACE', source: 'flag', path: true, otherwise }).optional();

/** The path that a command writes to. */
export const outputPath = (what: string, about: { readonly otherwise?: string } = {}) =>
  text(what, { value: 'PATH', short: 'o', source: 'flag', path: true, ...about });

/** The same, with a default that depends on other things. */
export const output = (what: string, otherwise: string) => outputPath(what, { otherwise }).optional();

/** A picture that a command writes. */
export const pictureOptions = (otherwise: string) => ({
  output: output('the picture to write, as .svg or .png', otherwise),
  size: integer('the width of a PNG picture', {
    ...{ value: 'PIXELS', minimum: 1, maximum: 16_384, source: 'flag', otherwise: 'twice that of the SVG' },
  }).optional(),
});
