/**
 * Every option of every command, once: this table makes the flag, the environment variable, the key of the
 * configuration file and the line of `--help`.
 */
export interface OptionDefinition {
  readonly kind: OptionKind;
  /** What `--help` calls the value; a switch has none. */
  readonly value?: string;
  readonly short?: string;
  readonly description: string;
  /** The smallest integer that makes sense. */
  readonly minimum?: number;
  /** The largest number that makes sense. */
  readonly maximum?: number;
  /** `flag`: of one call alone; `environment`: flag or NOS_…; otherwise the configuration file may hold it too. */
  readonly source?: 'flag' | 'environment';
  /** A second name of its environment variable. */
  readonly alias?: string;
  /** Given again, its values join with commas between. */
  readonly joins?: boolean;
  /** It names a file or a directory, or may do so: a leading `~/` is the user's home. */
  readonly path?: boolean;
}

/** `number`: positive and finite. `duration`: seconds, from a text such as `90s`, `10m`, `2h` or `1h30m`. `words`: separated by commas; `texts`: by commas outside parentheses; `assignments`: key=value, may be given again. */
type OptionKind =
  | 'switch'
  | 'text'
  | 'redisUrl'
  | 'integer'
  | 'number'
  | 'duration'
  | 'words'
  | 'texts'
  | 'assignments';

export const options = {
  task: {
    kind: 'text',
    path: true,
    value: 'TASK',
    joins: true,
    description: 'what a rule trains: a name of `nos tasks`, or a module',
  },
  against: {
    kind: 'text',
    value: 'RULE',
    source: 'flag',
    description: 'the rule that the others are compared with [adam]',
  },
  eta: {
    kind: 'integer',
    value: 'N',
    minimum: 2,
    source: 'flag',
    description: 'each rung keeps one rule in so many, and trains so many times longer [3]',
  },
  finalists: {
    kind: 'integer',
    value: 'N',
    minimum: 1,
    source: 'flag',
    description: 'rules that reach the last rung [3]',
  },
  space: { kind: 'text', value: 'SPACE', description: 'where rules come from: a name of `nos space`' },
  iterations: { kind: 'integer', value: 'N', minimum: 1, description: 'iterations of the space: 1, 2 or 3' },
  constraints: {
    kind: 'words',
    value: 'LIST',
    description: 'constraints of the space: distinct,no-final-add,reuse',
  },
  operands: {
    kind: 'texts',
    value: 'LIST',
    description: 'operands instead of those of the space: g,m,sqrt(abs(g))',
  },
  unary: {
    kind: 'texts',
    value: 'LIST',
    description: 'unary functions instead of those of the space: x,exp(x)',
  },
  binary: {
    kind: 'texts',
    value: 'LIST',
    description: 'binary functions instead of those of the space: x + y,x * y',
  },
  strategy: {
    kind: 'text',
    value: 'NAME',
    description: "how rules are proposed: evolution, rl (the paper's), tree or random [evolution]",
  },
  algorithm: {
    kind: 'text',
    value: 'NAME',
    description: 'how strategy rl learns: trpo, trpo-adam, ppo or reinforce; means --strategy rl',
  },
  warmStart: {
    kind: 'texts',
    value: 'RULES',
    description: 'rules to propose first, as texts or names: adam,powersign',
  },
  protocol: {
    kind: 'text',
    value: 'NAME',
    description: 'how a rule is scored: quick, paper, final@EPOCHS or curves@EPOCHS',
  },
  environment: {
    kind: 'text',
    value: 'NAME',
    description: 'what a rule works under: none, 4bit, gradient-1bit-feedback, … (docs/environments.md)',
  },
  samples: { kind: 'integer', value: 'N', minimum: 1, description: 'how many rules to propose' },
  batch: { kind: 'integer', value: 'N', minimum: 1, description: 'rules a batch' },
  pipeline: {
    kind: 'integer',
    value: 'N',
    minimum: 1,
    description: 'batches in flight; a part of the result, as the seed is',
  },
  workers: { kind: 'integer', value: 'N', minimum: 1, description: 'worker processes [one a core]' },
  seed: { kind: 'integer', value: 'N', minimum: 0, description: 'equal seeds give equal results' },
  option: {
    kind: 'assignments',
    value: 'KEY=VALUE',
    description: 'an option of the strategy; may be given again',
  },
  store: { kind: 'text', path: true, value: 'FILE', description: 'the store of runs' },
  from: {
    kind: 'text',
    path: true,
    value: 'PLACE',
    source: 'flag',
    description: 'take the data from a file or a folder at hand, or from a URL [the official place]',
  },
  data: {
    kind: 'text',
    path: true,
    value: 'DIR',
    alias: 'NOS_DATA_DIR',
    description: 'the directory of data sets',
  },
  redis: {
    kind: 'redisUrl',
    value: 'URL',
    source: 'environment',
    alias: 'NOS_REDIS_URL',
    description: 'evaluate on the workers of a queue: redis://HOST:PORT, rediss://… for TLS',
  },
  concurrency: {
    kind: 'integer',
    value: 'N',
    minimum: 1,
    description: 'evaluations at a time: processes of this worker [one a core]',
  },
  seeds: { kind: 'integer', value: 'N', minimum: 1, description: 'evaluations of each rule, seed on seed' },
  preset: {
    kind: 'text',
    value: 'NAME',
    description: 'quick (minutes) or paper (the settings of the paper)',
  },
  strategies: {
    kind: 'words',
    value: 'LIST',
    source: 'flag',
    description: 'strategies and algorithms to compare with random: evolution,trpo [all]',
  },
  landscapes: {
    kind: 'words',
    value: 'LIST',
    source: 'flag',
    description: 'parts or digits-mlp [both]',
  },
  budget: {
    kind: 'integer',
    value: 'N',
    minimum: 10,
    source: 'flag',
    description: 'rules proposed in a search [3000]',
  },
  repeats: {
    kind: 'integer',
    value: 'N',
    minimum: 2,
    source: 'flag',
    description: 'searches of each strategy on each landscape and noise [20]',
  },
  tune: {
    kind: 'switch',
    source: 'flag',
    description: "choose every strategy's settings from its grid first",
  },
  log: {
    kind: 'text',
    value: 'FORM',
    description: 'what happens, on stderr: text (a live view on a terminal), or json (one object a line)',
  },
  logLevel: {
    kind: 'text',
    value: 'LEVEL',
    description: 'how much: fatal, error, warn, info, debug, trace or silent',
  },
  metrics: {
    kind: 'text',
    value: '[HOST:]PORT',
    description: 'serve /metrics for Prometheus, and /healthz; for this machine alone without HOST',
  },
  function: {
    kind: 'text',
    value: 'NAME',
    source: 'flag',
    description:
      'rosenbrock, beale, himmelblau, rastrigin, ill-conditioned, noisy-quadratic or saddle [rosenbrock]',
  },
  learningRate: {
    kind: 'number',
    value: 'X',
    source: 'flag',
    description: 'of every rule [each its best of 13]',
  },
  steps: {
    kind: 'integer',
    value: 'N',
    minimum: 1,
    maximum: 100_000,
    source: 'flag',
    description: 'how many steps [1000]',
  },
  scale: {
    kind: 'number',
    value: 'X',
    maximum: 1,
    source: 'flag',
    description: "share of the paper's size: docs/cli.md says what shrinks [1]",
  },
  fromData: {
    kind: 'text',
    path: true,
    value: 'DIR',
    source: 'flag',
    description: "make the folder again from its data.json, or from another experiment's; train nothing",
  },
  config: {
    kind: 'text',
    path: true,
    value: 'FILE',
    source: 'environment',
    description: 'configuration file [nos.config.json, if there]',
  },
  run: { kind: 'text', value: 'NAME', source: 'flag', description: 'the name of the run' },
  timeout: {
    kind: 'duration',
    value: 'DURATION',
    source: 'environment',
    description: 'begin no further batch after 90s, 10m, 2h, …: the run can be resumed',
  },
  yes: { kind: 'switch', short: 'y', source: 'flag', description: 'ask nothing' },
  dryRun: { kind: 'switch', source: 'flag', description: 'estimate time and cost; search nothing' },
  number: {
    kind: 'integer',
    value: 'N',
    short: 'n',
    minimum: 1,
    source: 'flag',
    description: 'how many rules to list',
  },
  output: {
    kind: 'text',
    path: true,
    value: 'PATH',
    short: 'o',
    source: 'flag',
    description: 'the file to write (a picture as .svg or .png), or the directory',
  },
  size: {
    kind: 'integer',
    value: 'PIXELS',
    minimum: 1,
    maximum: 16_384,
    source: 'flag',
    description: 'the width of a PNG picture [twice that of the SVG]',
  },
  tokenised: {
    kind: 'switch',
    source: 'flag',
    description: 'the texts are tokenised: their words stand between spaces',
  },
  all: {
    kind: 'switch',
    source: 'flag',
    description: 'every rule a row of its own, near copies of a better one too',
  },
  csv: { kind: 'switch', source: 'flag', description: 'comma-separated values' },
  tidy: {
    kind: 'switch',
    source: 'flag',
    description: 'comma-separated values in long form: a line for each point of a sweep or a curve',
  },
  jsonl: { kind: 'switch', source: 'flag', description: 'one JSON document a line' },
  json: {
    kind: 'switch',
    source: 'flag',
    description: 'one JSON document on stdout, and nothing else there',
  },
  debug: { kind: 'switch', source: 'flag', description: 'show the stack trace of an error' },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

export type OptionName = keyof typeof options;

interface ValueOf {
  readonly switch: boolean;
  readonly text: string;
  readonly redisUrl: string;
  readonly integer: number;
  readonly number: number;
  readonly duration: number;
  readonly words: readonly string[];
  readonly texts: readonly string[];
  readonly assignments: Readonly<Record<string, number | string>>;
}

/** The values that a command runs with; what nobody set is absent. */
export type Settings = { readonly [Name in OptionName]?: ValueOf[(typeof options)[Name]['kind']] };

export const optionNames = Object.keys(options) as readonly OptionName[];

export function definitionOf(name: OptionName): OptionDefinition {
  return options[name];
}

/** `dryRun` is `--dry-run`. */
export function flagOf(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `dryRun` would be `NOS_DRY_RUN`. */
export function variableOf(name: OptionName): string {
  return `NOS_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
