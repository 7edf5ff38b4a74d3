import { NosError } from '../errors.ts';
import { definitionOf, type OptionName, type Settings } from './options.ts';

type Value = Settings[OptionName];

/**
 * The value of an option from its text, as a flag or an environment variable gives it.
 *
 * @param where - how the user calls it, for the error: `--seed`, `NOS_SEED`.
 * @throws NosError `bad-option`.
 */
export function parseValue(name: OptionName, text: string, where: string): Value {
  const { kind, minimum } = definitionOf(name);
  switch (kind) {
    case 'switch':
      return text !== '' && text !== '0' && text !== 'false';
    case 'text':
      return parseText(text, where);
    case 'integer':
      return parseInteger(text, minimum ?? 0, where);
    case 'number':
      return parseNumber(text, where);
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

function parseInteger(text: string, minimum: number, where: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
  throw new NosError('bad-option', `${where}: expected an integer of ${minimum} or more, got '${text}'`);
}

function parseNumber(text: string, where: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new NosError('bad-option', `${where}: expected a positive number, got '${text}'`);
}

function parseAssignment(text: string, where: string): readonly [string, number | string] {
  const [, key, value] = /^([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new NosError('bad-option', `${where}: expected KEY=VALUE, got '${text}'`);
  }
  return [key, Number.isFinite(Number(value)) ? Number(value) : value];
}
