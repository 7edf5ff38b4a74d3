import { NosError } from '../errors.ts';
import {
  type CatalogueEntry,
  canonicalize,
  catalogue,
  type Expression,
  latexRule,
  namesOf,
  printRule,
  ruleKey,
} from '../rules/index.ts';
import { definitionsIn } from './explanation.ts';
import { planRule } from './plan.ts';
import { recordTraining } from './recorded.ts';
import { targets } from './targets.ts';

export interface ExportOptions {
  /** The rule as the text shows it; its canonical text unless given. */
  readonly text?: string;
  /** The class or function; made of the rule's name in the catalogue unless given, else `FoundOptimizer`. */
  readonly className?: string;
  /** The default learning rate. Default: 1e-3. */
  readonly learningRate?: number;
  /** Sentences about learning rates that did well. */
  readonly advice?: readonly string[];
  /** The command that makes the text again, for its first line. */
  readonly command?: string;
}

/**
 * Writes a rule as an optimizer of another framework: one self-contained text.
 *
 * @param target - the name of a target: `pytorch`, `numpy`, …
 * @throws NosError `unknown-name` for a target that is none; `bad-option` for a class name that is none.
 * @example exportRule(parseRule('sign(m)'), 'numpy') // 'from __future__ import …'
 */
export function exportRule(rule: Expression, target: string, options: ExportOptions = {}): string {
  const found = targets.find(target);
  const canonical = canonicalize(rule);
  const text = options.text ?? printRule(canonical);
  const entry = entryOf(canonical);
  const className = options.className ?? classNameOf(canonical);
  if (!/^[A-Za-z_]\w*$/.test(className) || RESERVED.has(className)) {
    throw new NosError(
      'bad-option',
      `'${className}' cannot name a class`,
      'a name has letters, digits and underscores, and begins with a letter: PowerSign',
    );
  }
  return found.write({
    plan: planRule(canonical, (term) => found.text(term).length),
    className,
    rule: text,
    definitions: definitionsIn(text),
    source: entry?.source,
    latex: latexRule(rule),
    title: `${entry?.title ?? 'An update rule'}, as an optimizer.`,
    learningRate: options.learningRate ?? 1e-3,
    advice: options.advice ?? [],
    command: options.command ?? `nos export '${text}' --to ${target}`,
  });
}

/**
 * Writes the test of an exported optimizer: a recorded training of the interpreter, replayed in the target's language.
 *
 * @param module - the file of the optimizer, without its extension.
 * @throws NosError `bad-option` for a target that has no test, and for a rule whose steps cannot be replayed: one with random
 *   operations, or one that does not stay finite.
 */
export function exportTest(
  rule: Expression,
  target: string,
  module: string,
  options: Pick<ExportOptions, 'className' | 'command'> = {},
): string {
  const { writeTest, title } = targets.find(target);
  const canonical = canonicalize(rule);
  const { draws, uses } = planRule(canonical, () => 0);
  const refuse = (why: string): NosError =>
    new NosError('bad-option', `no test: ${why}`, 'export without --with-test');
  if (writeTest === undefined) throw refuse(`${title} has none`);
  if (draws.length > 0) throw refuse('the rule draws random numbers, and the framework draws others');
  const recorded = recordTraining(canonical);
  if (recorded === undefined) throw refuse('the weights of the recorded training are not finite');
  return writeTest({
    className: options.className ?? classNameOf(canonical),
    module,
    recorded,
    totalSteps: uses.totalSteps,
    command: options.command ?? `nos export '${printRule(canonical)}' --to ${target} --with-test`,
  });
}

/** Words of Python and JavaScript, and names that the exported texts use. */
const RESERVED = new Set(
  `Any Callable False Iterable Math None Optimizer Tensor True and as assert async await break case catch class const continue debugger
  def default del delete do elif else enum except export extends finally for from function global if implements import in instanceof
  interface is lambda let list math new nonlocal not np null or package params pass private protected public raise return static super
  switch this throw torch try typeof var void while with yield`.split(/\s+/),
);

/** The name of the class that a rule gets: of its title in the catalogue, else `FoundOptimizer`. */
export function classNameOf(rule: Expression): string {
  const title = entryOf(rule)?.title.split(/[ ,]/)[0] ?? 'FoundOptimizer';
  const words = title.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `Rule${name}`;
}

function entryOf(rule: Expression): CatalogueEntry | undefined {
  const [name] = namesOf(ruleKey(rule));
  return catalogue.find((entry) => entry.name === name);
}
