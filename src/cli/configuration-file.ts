import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readableText } from '../decode-text.ts';
import { NosError, unknownName } from '../errors.ts';
import { definitionOf, type OptionName, optionNames, type Settings } from './options.ts';

export const CONFIGURATION_FILE = 'nos.config.json';

/** The options that a configuration file may hold. */
const fileOptions = optionNames.filter((name) => definitionOf(name).source === undefined);

/**
 * The settings of a configuration file: `path` where given, else `nos.config.json` of `directory` if it is there.
 *
 * @throws NosError `bad-option` or `unknown-name`, naming the file and the key; `bad-text` for a file that is not in UTF-8.
 */
export async function readConfigurationFile(path: string | undefined, directory: string): Promise<Settings> {
  const file = resolve(directory, path ?? CONFIGURATION_FILE);
  const bytes = readIfThere(file, path !== undefined);
  if (bytes === undefined) return {};
  const unchecked = parseJson(readableText(bytes, file).text, file);
  for (const key of Object.keys(unchecked)) {
    if (!fileOptions.includes(key as OptionName)) throw unknownName(`key in ${file}`, key, fileOptions);
  }
  const checked = (await fileSchema()).safeParse(unchecked);
  if (checked.success) return checked.data as Settings;
  const issue = checked.error.issues[0];
  throw new NosError('bad-option', `${file}: ${issue?.path.join('.')}: ${issue?.message}`);
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
 * What JSON's parser says, with the character at the place it names where nobody sees that one. Its quotation of the file is left
 * out: a password may stand there, in the wrong place.
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

/** One zod type an option, from the options table. zod is loaded only where there is a file. */
async function fileSchema() {
  const { z } = await import('zod');
  const typeOf = (name: OptionName) => {
    const { kind, minimum } = definitionOf(name);
    if (kind === 'switch') return z.boolean();
    if (kind === 'integer') return z.int().min(minimum ?? 0);
    if (kind === 'words' || kind === 'texts') {
      return z.array(z.string().min(1), { error: 'expected a list such as ["a", "b"]' });
    }
    if (kind === 'assignments') {
      return z.record(z.string(), z.union([z.number(), z.string()]), { error: 'expected { "key": value }' });
    }
    return z.string().min(1);
  };
  return z.strictObject(Object.fromEntries(fileOptions.map((name) => [name, typeOf(name).optional()])));
}
