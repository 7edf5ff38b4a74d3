import { z } from 'zod';
import { secondsOf } from '../amounts.ts';
import { NosError } from '../errors.ts';
import { shorten } from '../names.ts';
import { parseRedisUrl } from '../redis-url.ts';

/** What the command line knows of an option, in addition to what its schema accepts. */
export interface OptionMeta {
  /** One line of `--help`. */
  readonly description: string;
  /** What `--help` calls the value; a switch has none. */
  readonly value?: string;
  readonly short?: string;
  /** `flag`: set by the flag alone; `environment`: by the flag or NOS_…; otherwise by the configuration file too. */
  readonly source?: 'flag' | 'environment';
  /** A second name of its environment variable. */
  readonly alias?: string;
  /** If the flag is given again, the values are joined with commas. */
  readonly joins?: boolean;
  /** It may name a file or a folder: a leading `~/` is the user's home. */
  readonly path?: boolean;
  /** What `--help` calls the default if it is no fixed value: `one per core`. */
  readonly otherwise?: string;
  /** The names that it accepts, for `--help` and completion. */
  readonly names?: () => Promise<readonly string[]> | readonly string[];
  /** Turns text into a value that the schema then checks. `where` is how the user gave it: `--seed`, `NOS_SEED`. */
  readonly decode: (text: string, where: string) => unknown;
  /** What to write, as it follows `write`. */
  readonly hint?: (where: string) => string;
}

type About = Partial<OptionMeta>;
export type OptionSchema = z.core.$ZodType;
/** Options by name. The name makes the flag, the variable and the key of the configuration file. */
export type Options = Readonly<Record<string, OptionSchema>>;
/** The values of options, with their defaults applied. */
export type SettingsOf<O extends Options> = z.output<z.ZodObject<O>>;

const metas = z.registry<OptionMeta>();

/** What the command line knows of an option, also of one with a default. */
export function metaOf(option: OptionSchema): OptionMeta {
  const meta = metas.get(option) as OptionMeta | undefined;
  if (meta !== undefined) return meta;
  if (option instanceof z.ZodPipe) return metaOf(option.in);
  if (option instanceof z.ZodDefault || option instanceof z.ZodOptional) return metaOf(option.unwrap());
  throw new TypeError('an option is made by one of the functions of option.ts');
}

/** The default as text, or as its description names it. */
export function defaultOf(option: OptionSchema): string | undefined {
  const { data } = z.safeParse(option, undefined);
  const shown = typeof data === 'object' ? Object.values(data ?? {}).join(',') : data || '';
  return shown === '' ? metaOf(option).otherwise : String(shown);
}

/** The same option, described in another way. */
export function described<S extends z.ZodType>(option: S, about: About): S {
  return optionOf(option.clone() as S, { ...metaOf(option), ...about });
}

function optionOf<S extends z.ZodType>(schema: S, meta: OptionMeta): S {
  metas.add(schema as z.ZodType, meta);
  return schema;
}

/** A switch: absent, it is false. */
export const flag = (description: string, about: About = {}) =>
  optionOf(z.boolean().default(false), {
    description,
    source: 'flag',
    decode: (text) => !['', '0', 'false'].includes(text),
    ...about,
  });

const VALUE = 'expected a value';

export const text = (description: string, about: About = {}) =>
  optionOf(z.string().min(1, VALUE), { description, value: 'NAME', decode: (given) => given, ...about });

export const redisUrl = (description: string, about: About = {}) =>
  text(description, {
    decode: (given, where) => {
      parseRedisUrl(given, where);
      return given;
    },
    ...about,
  });

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

export function integer(description: string, { minimum = 0, maximum, ...about }: Bounds & About = {}) {
  const error = `expected an integer ${maximum === undefined ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`}`;
  const most = maximum ?? Number.MAX_SAFE_INTEGER;
  return optionOf(z.int({ error }).min(minimum, error).max(most, error), {
    description,
    value: 'N',
    decode: (given) => (/^\d+$/.test(given) && Number.isSafeInteger(Number(given)) ? Number(given) : given),
    hint: (where) => `digits alone, as in ${sample(where, minimum)}`,
    ...about,
  });
}

export function number(description: string, { maximum, ...about }: Pick<Bounds, 'maximum'> & About = {}) {
  const error = `expected a positive number${maximum === undefined ? '' : ` of at most ${maximum}`}`;
  const schema = z.number({ error }).positive(error);
  return optionOf(maximum === undefined ? schema : schema.max(maximum, error), {
    description,
    value: 'X',
    decode: (given) => (given.trim() !== '' && Number.isFinite(Number(given)) ? Number(given) : given),
    hint: (where) => `a number, as in ${sample(where, 0.1)}`,
    ...about,
  });
}

/** How a value is given: `--seed 1`, `NOS_SEED=1`. */
const sample = (where: string, value: number): string =>
  `${where}${where.startsWith('-') ? ' ' : '='}${value}`;

/** How many rules are tested with how many seeds: `8x10`. */
export const tests = (description: string, about: About = {}) =>
  optionOf(z.string().regex(/^\d{1,6}x\d{1,6}$/, 'expected RULESxSEEDS'), {
    description,
    value: 'RULESxSEEDS',
    decode: (given) => given,
    hint: () => 'two numbers, as in 8x10, or 0x0 for no tests',
    ...about,
  });

/** Seconds, from a text such as `90s`, `10m` or `1h30m`. */
export const duration = (description: string, about: About = {}) =>
  optionOf(z.number({ error: 'expected a duration' }), {
    description,
    value: 'DURATION',
    decode: (given) => secondsOf(given) ?? given,
    hint: () => 'numbers with units, as in 90s, 10m, 2h or 1h30m',
    ...about,
  });

/** Texts with commas in between; commas in parentheses separate a function's arguments. In the file: a list. */
export function list<Item extends string = string>(description: string, about: About = {}) {
  const items = z.array(z.string().min(1, VALUE), { error: 'expected a list such as ["a", "b"]' });
  const meta = { description, value: 'LIST', decode: splitList, ...about };
  return optionOf(items as unknown as z.ZodType<readonly Item[]>, meta);
}

/** The parts of a text at its commas outside parentheses. */
export function splitList(given: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of given) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(parts.pop() + character);
  }
  return parts.map((part) => part.trim());
}

/** `key=value` pairs with commas in between. In the file: an object. */
export const assignments = (description: string, about: About = {}) =>
  optionOf(z.record(z.string(), z.union([z.number(), z.string()]), { error: 'expected { "key": value }' }), {
    description,
    value: 'KEY=VALUE',
    joins: true,
    decode: (given, where) =>
      Object.fromEntries(given.split(',').map((pair) => assignment(pair.trim(), where))),
    ...about,
  });

function assignment(given: string, where: string): readonly [string, number | string] {
  const [, key, value] = /^([^=\s]+)=(.+)$/.exec(given) ?? [];
  if (key === undefined || value === undefined) {
    throw new NosError(
      'bad-option',
      `${where}: expected KEY=VALUE, got '${shorten(given)}'`,
      'write a name, = and its value without spaces, as in --option temperature=1.2',
    );
  }
  return [key, Number.isFinite(Number(value)) ? Number(value) : value];
}

/** Arguments of a function in Python: `lr=0.1`, `betas=[0.9,0.99]`, values in JSON or as plain words. */
export const callArguments = (description: string) =>
  optionOf(z.record(z.string(), z.json()), {
    description,
    value: 'KEY=VALUE',
    source: 'flag',
    joins: true,
    decode: (given, where) =>
      Object.fromEntries(splitAtCommas(given).map((pair) => callArgument(pair.trim(), where))),
  });

/** The parts of a text at its commas, but for those within brackets, braces and quotes. */
function splitAtCommas(given: string): readonly string[] {
  const [parts, rest] = [[''], given.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)];
  let depth = 0;
  for (const [piece] of rest) {
    if ('[{'.includes(piece)) depth++;
    if (']}'.includes(piece)) depth--;
    if (piece === ',' && depth === 0) parts.push('');
    else parts.push(parts.pop() + piece);
  }
  return parts;
}

/** What Python calls what JSON has other words for. */
const PYTHON_WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

function callArgument(given: string, where: string): readonly [string, unknown] {
  const [, key, value] = /^([A-Za-z_]\w*)=(.+)$/s.exec(given) ?? [];
  const wrong = (hint: string): NosError =>
    new NosError('bad-option', `${where}: expected KEY=VALUE, got '${shorten(given)}'`, hint);
  if (key === undefined || value === undefined) {
    throw wrong('write the name of an argument, = and its value, as in --option lr=0.1');
  }
  if (Object.hasOwn(PYTHON_WORDS, value)) return [key, PYTHON_WORDS[value]];
  try {
    return [key, JSON.parse(value)];
  } catch {
    if (!/[[\](){}"']/.test(value)) return [key, value];
    throw wrong('write the value in JSON, as in --option betas=[0.9,0.99]');
  }
}

/**
 * The value of an option from its text, as a flag or an environment variable gives it.
 *
 * @param where How the user gave it, for the error: `--seed`, `NOS_SEED`.
 * @throws NosError `bad-option`.
 */
export function parseOption(schema: OptionSchema, given: string, where: string): unknown {
  const { decode, hint } = metaOf(schema);
  const decoded = decode(given, where);
  const checked = z.safeParse(schema, decoded);
  if (checked.success) return checked.data;
  const [{ message, path }] = checked.error.issues as [z.core.$ZodIssue];
  const wrong = path.length === 0 ? given : String((decoded as string[])[path[0] as number]);
  const got = wrong === '' ? 'nothing' : `'${shorten(wrong)}'`;
  throw new NosError('bad-option', `${where}: ${message}, got ${got}`, hint && `write ${hint(where)}`);
}

/** `dryRun` is `--dry-run`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `dryRun` is `NOS_DRY_RUN`. */
export const variableOf = (name: string): string =>
  `NOS_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
