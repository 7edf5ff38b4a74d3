import { unknownName } from '../errors.ts';
import { expandHome } from '../user-directories.ts';
import { CONFIGURATION_FILE, readConfigurationFile } from './configuration-file.ts';
import { definitionOf, flagOf, type OptionName, optionNames, type Settings, variableOf } from './options.ts';
import { defaults, presetNamed } from './presets.ts';
import { parseValue, splitTexts } from './values.ts';

export interface ConfigurationSources {
  /** Flags as the user typed them: a text each, `true` for a switch, a list where an option was given again. */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `nos.config.json` is looked for. */
  readonly directory: string;
  /** The command's own; those of all commands unless given. */
  readonly defaults?: Settings;
}

/**
 * What a command runs with: flag, else environment, else configuration file, else preset, else default. Strategy options
 * (`option`) join key by key in the same order.
 *
 * @throws NosError `bad-option` or `unknown-name`: an unknown key is an error wherever it stands.
 */
export async function resolveSettings(sources: ConfigurationSources): Promise<Settings> {
  const flags = withHome(settingsOfFlags(sources.flags), sources, flagOf);
  const environment = withHome(settingsOfEnvironment(sources.environment), sources, variableOf);
  const path = flags.config ?? environment.config;
  const read = await readConfigurationFile(path, sources.directory);
  const file = withHome(read, sources, (name) => `${path ?? CONFIGURATION_FILE}: ${name}`);
  const presetName = flags.preset ?? environment.preset ?? file.preset;
  const preset = presetName === undefined ? {} : presetNamed(presetName);
  const given = [file, environment, flags].map(withStrategy);
  const layers: readonly Settings[] = [sources.defaults ?? defaults, preset, ...given];
  const settings: Settings = Object.assign({}, ...layers);
  // A preset's options are its own strategy's.
  const apt = layers.filter((layer) => layer !== preset || preset.strategy === settings.strategy);
  return { ...settings, option: Object.assign({}, ...apt.map((layer) => layer.option ?? {})) };
}

/** The one place where a leading `~/` of a setting becomes the user's home. */
function withHome(
  layer: Settings,
  { environment }: ConfigurationSources,
  whereOf: (name: OptionName) => string,
): Settings {
  const expand = (name: OptionName, value: unknown): unknown => {
    const { path, joins } = definitionOf(name);
    if (path !== true || typeof value !== 'string') return value;
    const paths = joins === true ? splitTexts(value).map((part) => part.trim()) : [value];
    return paths.map((part) => expandHome(part, whereOf(name), environment)).join(',');
  };
  const entries = Object.entries(layer) as readonly [OptionName, unknown][];
  return Object.fromEntries(entries.map(([name, value]) => [name, expand(name, value)]));
}

/** Algorithms are strategy `rl`'s: who names one, and no strategy, means that. */
function withStrategy(layer: Settings): Settings {
  return layer.algorithm === undefined ? layer : { strategy: 'rl', ...layer };
}

function settingsOfFlags(flags: ConfigurationSources['flags']): Settings {
  const given = optionNames.filter((name) => flags[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, valueOfFlag(name, flags[name])]));
}

function valueOfFlag(name: OptionName, given: unknown): Settings[OptionName] {
  if (typeof given === 'boolean') return given;
  if (!Array.isArray(given)) return parseValue(name, String(given), flagOf(name));
  return Object.assign({}, ...given.map((text: string) => parseValue(name, text, flagOf(name))));
}

function settingsOfEnvironment(environment: ConfigurationSources['environment']): Settings {
  const byVariable = variables();
  const settings: Record<string, Settings[OptionName]> = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('NOS_') || text === undefined || text === '') continue;
    const name = byVariable.get(variable);
    if (name === undefined) throw unknownName('environment variable', variable, [...byVariable.keys()]);
    settings[name] = parseValue(name, text, variable);
  }
  return settings;
}

/** The options that the environment may hold, by the names of their variables. */
function variables(): ReadonlyMap<string, OptionName> {
  const names = optionNames.filter((name) => definitionOf(name).source !== 'flag');
  return new Map(
    names.flatMap((name) => {
      const { alias } = definitionOf(name);
      return [variableOf(name), ...(alias === undefined ? [] : [alias])].map(
        (variable) => [variable, name] as const,
      );
    }),
  );
}
