import { NosError, unknownName } from '../../errors.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { RuleError } from '../language/rule-error.ts';
import { hintInstead } from '../language/synonyms.ts';
import { collected } from './collected.ts';
import type { CatalogueEntry } from './entry.ts';
import { catalogueKeys } from './keys.ts';
import { matrices } from './matrices.ts';
import { found, signFamilies } from './paper.ts';
import { published } from './published.ts';
import { readouts } from './readouts.ts';
import { recurrences } from './recurrences.ts';
import { reductions } from './reductions.ts';
import { references } from './references.ts';
import { wholes } from './wholes.ts';

export type { CatalogueEntry } from './entry.ts';

/** Every named rule; names are unique, rules need not be (`optimizer1` is the first of Table 1). */
export const catalogue: readonly CatalogueEntry[] = [
  ...references,
  ...recurrences,
  ...matrices,
  ...reductions,
  ...published,
  ...collected,
  ...wholes,
  ...readouts,
  ...signFamilies,
  ...found,
];

const byName = new Map(catalogue.map((rule) => [rule.name, rule]));

/**
 * The rule of that catalogue name, or else the text, parsed. `adam` and `rmsprop`, which are operands of the language
 * too, mean the same rule either way.
 *
 * @throws NosError `bad-rule` for a text that does not parse; `unknown-name` for a single word that is no rule.
 */
export function resolveRule(textOrName: string): Expression {
  const name = textOrName.trim();
  const entry = byName.get(name);
  if (entry) return parseRule(entry.text);
  try {
    return parseRule(textOrName);
  } catch (error) {
    if (WORD.test(name)) throw unknownRule(name);
    throw error instanceof RuleError ? spellingOut(error) : error;
  }
}

/** A catalogue name inside a rule is an unknown operand there: its text is what can be written. */
function spellingOut(error: RuleError): RuleError {
  const word = /^[\w-]+/.exec(error.text.slice(error.position))?.[0] ?? '';
  const named = catalogue
    .filter(({ name }) => word === name || word.startsWith(`${name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (named === undefined) return error;
  return error.withHint(`a name of the catalogue stands alone; write what ${named.name} is: (${named.text})`);
}

/** What could be meant as a catalogue name; a short one, or g-h, is rather an operand. */
const WORD = /^[a-z]{3}[\w-]*$/i;

function unknownRule(name: string): NosError {
  const { message, hint } = unknownName('rule', name, [...byName.keys()], '`nos rules`');
  const instead = hintInstead(name, 'operand') ?? hint;
  return new NosError('unknown-name', message, `${instead}; a rule is also a text such as sign(g) * abs(m)`);
}

let namesByKey: ReadonlyMap<string, readonly string[]> | undefined;

/** The catalogue names of the rules with that key. */
export function namesOf(key: string): readonly string[] {
  namesByKey ??= groupNames();
  return namesByKey.get(key) ?? [];
}

function groupNames(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, key] of catalogueKeys) groups.set(key, [...(groups.get(key) ?? []), name]);
  return groups;
}
