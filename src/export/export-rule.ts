import { NosError, unknownName } from '../errors.ts';
import {
  canonicalize,
  catalogue,
  type Expression,
  latexRule,
  namesOf,
  printRule,
  ruleKey,
} from '../rules/index.ts';
import { planRule } from './plan.ts';
import { targets } from './targets.ts';

export interface ExportOptions {
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
  const found = targets.find(({ name }) => name === target);
  if (found === undefined)
    throw unknownName(
      'target',
      target,
      targets.map(({ name }) => name),
    );
  const canonical = canonicalize(rule);
  const text = printRule(canonical);
  const name = namesOf(ruleKey(canonical))[0];
  const entry = catalogue.find((one) => one.name === name);
  const className = options.className ?? classNameOf(entry?.title.split(/[ ,]/)[0]);
  if (!/^[A-Za-z_]\w*$/.test(className)) {
    throw new NosError(
      'bad-option',
      `'${className}' is no name of a class`,
      'a name has letters, digits and underscores, and begins with a letter: PowerSign',
    );
  }
  return found.write({
    plan: planRule(canonical, (term) => found.text(term).length),
    className,
    rule: text,
    source: entry?.source,
    latex: latexRule(rule),
    title: `${entry?.title ?? 'An update rule'}, as an optimizer.`,
    learningRate: options.learningRate ?? 1e-3,
    advice: options.advice ?? [],
    command: options.command ?? `nos export '${text}' --to ${target}`,
  });
}

function classNameOf(title = 'FoundOptimizer'): string {
  const words = title.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `Rule${name}`;
}
