import { NosError } from '../errors.ts';
import { shorten } from '../names.ts';
import { parseRedisUrl } from '../redis-url.ts';
import { definitionOf, type OptionName, type Settings } from './options.ts';

type Value = Settings[OptionName];

/**
 * The value of an option from its text, as a flag or an environment variable gives it.
 *
 * @param where - how the user calls it, for the error: `--seed`, `NOS_SEED`.
 * @throws NosError `bad-option`.
 */
export function parseValue(name: OptionName, text: string, where: string): Value {
  const { kind, minimum = 0, maximum } = definitionOf(name);
  switch (kind) {
    case 'switch':
      return text !== '' && text !== '0' && text !== 'false';
    case 'text':
      return parseText(text, where);
    case 'redisUrl':
      parseRedisUrl(text, where);
      return text;
    case 'integer':
      return parseInteger(text, { minimum, maximum }, where);
    case 'number':
      return parseNumber(text, { maximum }, where);
    case 'duration':
      return parseDuration(text, where);
    case 'words':
      return text.split(',').map((word) => parseText(word.trim(), where));
    case 'texts':
      return splitTexts(text).map((part) => parseText(part.trim(), where));
    case 'assignments':
      return Object.fromEntries(text.split(',').map((pair) => parseAssignment(pair.trim(), where)));
  }
}

/** At the commas outside parentheses: those inside separate a function's arguments. */
export function splitTexts(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(parts.pop() + character);
  }
  return parts;
}

function parseText(text: string, where: string): string {
  if (text === '') throw new NosError('bad-option', `${where}: expected a value, got nothing`);
  return text;
}

interface Bounds {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

function parseInteger(text: string, { minimum, maximum }: Bounds, where: string): number {
  const value = Number(text);
  const within = value >= minimum && value <= (maximum ?? Number.MAX_SAFE_INTEGER);
  if (/^\d+$/.test(text) && within) return value;
  const expected = maximum === undefined ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`;
  throw new NosError(
    'bad-option',
    `${where}: expected an integer ${expected}, got '${shorten(text)}'`,
    `write digits alone, as in ${sample(where, minimum)}`,
  );
}

function parseNumber(text: string, { maximum }: Pick<Bounds, 'maximum'>, where: string): number {
  const value = Number(text);
  const within = Number.isFinite(value) && value > 0 && value <= (maximum ?? value);
  if (text.trim() !== '' && within) return value;
  const most = maximum === undefined ? '' : ` of at most ${maximum}`;
  throw new NosError(
    'bad-option',
    `${where}: expected a positive number${most}, got '${shorten(text)}'`,
    `write a number, as in ${sample(where, 0.1)}`,
  );
}

const UNITS = { d: 86_400, h: 3600, m: 60, s: 1 } as const;

/** Seconds. */
function parseDuration(text: string, where: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)];
  const whole = parts.map(([part]) => part).join('') === text;
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit as 's'], 0);
  if (whole && seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new NosError(
    'bad-option',
    `${where}: expected a duration, got '${shorten(text)}'`,
    'write numbers with units, as in 90s, 10m, 2h or 1h30m',
  );
}

/** How a value is given: `--seed 1`, `NOS_SEED=1`. */
const sample = (where: string, value: number): string =>
  `${where}${where.startsWith('-') ? ' ' : '='}${value}`;

function parseAssignment(text: string, where: string): readonly [string, number | string] {
  const [, key, value] = /^([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new NosError(
      'bad-option',
      `${where}: expected KEY=VALUE, got '${shorten(text)}'`,
      'write a name, = and its value without spaces, as in --option temperature=1.2',
    );
  }
  return [key, Number.isFinite(Number(value)) ? Number(value) : value];
}
