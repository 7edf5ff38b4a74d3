import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readableText } from '../decode-text.ts';
import { NosError, unknownName } from '../errors.ts';
import { expandHome } from '../user-directories.ts';
import {
  flagOf,
  metaOf,
  type OptionSchema,
  type Options,
  parseOption,
  type SettingsOf,
  splitList,
  variableOf,
} from './option.ts';
import { commonOptions, type Settings, settings as shared } from './options.ts';
import { presets } from './presets.ts';

export interface ConfigurationSources {
  /** Flags as the user typed them: the text of each, `true` for a switch. */
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder in which `nos.config.json` is looked for. */
  readonly directory: string;
}

/** Who may set an option, from the least to the most important. */
const SOURCES = ['preset', 'file', 'environment', 'flag'] as const;
export type Source = (typeof SOURCES)[number] | 'default';

export interface Configuration<O extends Options> {
  readonly settings: SettingsOf<O>;
  readonly sourceOf: (option: string) => Source;
}

/** What one source sets: checked values, without defaults. */
type Layer = Settings & Readonly<Record<string, unknown>>;

/**
 * The settings that a command runs with: flag, else environment, else configuration file, else preset, else default. Strategy
 * options (`option`) are joined key by key in the same order.
 *
 * @throws NosError `bad-option` or `unknown-name`: an unknown key is an error wherever it stands.
 */
export function resolveSettings<O extends Options>(
  options: O,
  sources: ConfigurationSources,
): Configuration<O> {
  const flag = layerOfFlags({ ...shared, ...commonOptions, ...options }, sources);
  // A variable or a file is for all commands, so all of what it says is checked, by what the name means to the others.
  const others = Object.entries<OptionSchema>(options).filter(([, option]) => !isFlagAlone(option));
  const known: Options = { ...shared, ...commonOptions, ...Object.fromEntries(others) };
  const environment = layerOfEnvironment(known, sources);
  const file = layerOfFile(known, flag.config ?? environment.config, sources);
  const preset = layerOfPreset(known, flag.preset ?? environment.preset ?? file.preset);
  const layers = { preset, file, environment, flag };
  const ordered = SOURCES.map((source) => layers[source]);
  const given: Layer = Object.assign({}, ...ordered);
  // The options of a preset are those of its own strategy.
  const apt = ordered.filter((layer) => layer !== preset || preset.strategy === given.strategy);
  const all: Layer = { ...given, option: Object.assign({}, ...apt.map((layer) => layer.option)) };
  const settings = Object.entries(options).map(([name, option]) => [
    name,
    (isFlagAlone(option) ? flag : all)[name] ?? z.parse(option, undefined),
  ]);
  return {
    settings: Object.fromEntries(settings),
    sourceOf: (name) => SOURCES.findLast((source) => name in layers[source]) ?? 'default',
  };
}

const isFlagAlone = (option: OptionSchema): boolean => metaOf(option).source === 'flag';

/** @throws NosError `unknown-name`. */
function layerOfPreset(known: Options, name: string | undefined): Layer {
  if (name === undefined) return {};
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined) throw unknownName('preset', name, Object.keys(presets));
  return layerOf(Object.entries(preset).map(([key, value]) => [key, z.parse(known[key]!, value)]));
}

/** Algorithms belong to strategy `rl`: who names one, and no strategy, means that. */
const layerOf = (entries: readonly (readonly [string, unknown])[]): Layer => {
  const layer: Layer = Object.fromEntries(entries);
  return layer.algorithm === undefined ? layer : { strategy: 'rl', ...layer };
};

function layerOfFlags(known: Options, { flags, environment }: ConfigurationSources): Layer {
  return layerOf(
    Object.entries(flags).map(([name, given]) => {
      const option = known[name]!;
      return [name, typeof given === 'boolean' ? given : read(option, given, flagOf(name), environment)];
    }),
  );
}

function layerOfEnvironment(known: Options, { environment }: ConfigurationSources): Layer {
  const byVariable = variablesOf(known);
  const ours = Object.entries(environment).filter(
    ([variable, given]) => variable.startsWith('NOS_') && given,
  );
  return layerOf(
    ours.map(([variable, given = '']) => {
      const name = byVariable.get(variable);
      if (name === undefined) throw unknownName('environment variable', variable, [...byVariable.keys()]);
      return [name, read(known[name]!, given, variable, environment)];
    }),
  );
}

/** The names of the options that the environment may set, by their variables. */
function variablesOf(known: Options): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(known).flatMap(([name, option]) => {
      const { source, alias } = metaOf(option);
      const variables = source === 'flag' ? [] : [variableOf(name), ...(alias === undefined ? [] : [alias])];
      return variables.map((variable) => [variable, name] as const);
    }),
  );
}

function read(
  option: OptionSchema,
  given: string,
  where: string,
  environment: ConfigurationSources['environment'],
): unknown {
  return parseOption(option, withHome(option, given, where, environment), where);
}

/** The one place where a leading `~/` of a setting becomes the user's home. */
function withHome(
  option: OptionSchema,
  given: string,
  where: string,
  environment: ConfigurationSources['environment'],
): string {
  const { path, joins } = metaOf(option);
  if (!path) return given;
  const paths = joins ? splitList(given) : [given];
  return paths.map((one) => expandHome(one, where, environment)).join(',');
}

export const CONFIGURATION_FILE = 'nos.config.json';

/** `path` if it is given, else `nos.config.json` of the working directory if it is there. */
function layerOfFile(
  known: Options,
  path: string | undefined,
  { directory, environment }: ConfigurationSources,
): Layer {
  const file = resolve(directory, path ?? CONFIGURATION_FILE);
  const bytes = readIfThere(file, path !== undefined);
  if (bytes === undefined) return {};
  const allowed = Object.keys(known).filter((name) => metaOf(known[name]!).source === undefined);
  const entries = Object.entries(parseJson(readableText(bytes, file).text, file));
  return layerOf(
    entries.map(([name, value]) => {
      if (!allowed.includes(name)) throw unknownName(`key in ${file}`, name, allowed);
      const option = known[name]!;
      const where = `${path ?? CONFIGURATION_FILE}: ${name}`;
      const checked = z.safeParse(
        option,
        typeof value === 'string' ? withHome(option, value, where, environment) : value,
      );
      if (checked.success) return [name, checked.data];
      throw new NosError('bad-option', `${file}: ${name}: ${checked.error.issues[0]?.message}`);
    }),
  );
}

function readIfThere(file: string, required: boolean): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && !required) return undefined;
    const why = missing ? 'no such file' : (error as Error).message;
    throw new NosError('bad-option', `--config ${file}: ${why}`, '', { cause: error });
  }
}

function parseJson(text: string, file: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new NosError('bad-option', `${file}: not JSON: ${complaintOf(error, text)}`);
  }
  throw new NosError('bad-option', `${file}: expected one JSON object of options`);
}

/**
 * The complaint of JSON's parser, with the character at the place that it names if that one is invisible. What it quotes of the
 * file is left out: a password may stand there, in the wrong place.
 */
function complaintOf(error: unknown, text: string): string {
  const message = (error as Error).message.replace(/, (?:\.\.\.)?".*/s, '');
  const character = text[Number(/at position (\d+)/.exec(message)?.[1])] ?? '';
  const seen = numbered(character) === character;
  return numbered(message) + (seen ? '' : `: the character ${numbered(character)}`);
}

/** Invisible characters by their numbers: `U+200B`. */
const numbered = (text: string): string =>
  text.replace(
    /[^\P{C}\n]|[^\P{Z} ]/gu,
    (character) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
