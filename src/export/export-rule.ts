import { NosError } from '../errors.ts';
import {
  type CatalogueEntry,
  canonicalize,
  catalogue,
  type Expression,
  KINDS,
  type KindProgram,
  latexRule,
  lowerKinds,
  namesOf,
  printRule,
  reducesNetwork,
  ruleKey,
  seesShape,
} from '../rules/index.ts';
import { definitionsIn } from './explanation.ts';
import { isOverNetwork } from './kinds.ts';
import { planProgram, planRule } from './plan.ts';
import { folded } from './python/python.ts';
import { recordTraining } from './recorded.ts';
import type { Target } from './target.ts';
import { targets } from './targets.ts';
import type { Term } from './term.ts';

export interface ExportOptions {
  /** The rule as the text shows it; its canonical text unless given. */
  readonly text?: string;
  /** The class or function; made of the rule's name in the catalogue unless given, else `FoundOptimizer`. */
  readonly className?: string;
  /** The default learning rate. Default: 1e-3. */
  readonly learningRate?: number;
  /** The default number of steps of the whole training, which a rule that decays over it otherwise asks for. */
  readonly totalSteps?: number;
  /** Sentences about learning rates that did well. */
  readonly advice?: readonly string[];
  /** The command that makes the text again, for its first line. */
  readonly command?: string;
}

/**
 * Writes a rule as an optimizer of another framework: one self-contained text.
 *
 * @param target - the name of a target: `pytorch`, `numpy`, …
 * It runs in a browser too, and reads and writes nothing.
 *
 * @throws NosError `unknown-name` for a target that is none; `bad-option` for a class name that is none, or a word of the language, and for a
 *   learning rate that is not positive.
 * @example exportRule(parseRule('sign(m)'), 'numpy', { className: 'SignMomentum' }) // a text with `class SignMomentum:` in it
 */
export function exportRule(rule: Expression, target: string, options: ExportOptions = {}): string {
  const found = targets.find(target);
  const canonical = canonicalize(rule);
  const parts = lowerKinds(canonical);
  checkAbilities(found, parts);
  const text = options.text ?? printRule(canonical);
  const entry = entryOf(canonical);
  const className = options.className ?? classNameOf(canonical);
  checkClassName(className);
  const learningRate = options.learningRate ?? 1e-3;
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new NosError('bad-option', `a learning rate of ${learningRate}`, 'a positive number: 0.001');
  const about = {
    className,
    rule: text,
    definitions: definitionsIn(text),
    source: entry?.source,
    latex: latexRule(rule),
    title: `${entry?.title ?? 'An update rule'}, as an optimizer.`,
    learningRate,
    totalSteps: options.totalSteps,
    advice: (options.advice ?? []).map(harmless),
    command: harmless(options.command ?? `nos export '${text}' --to ${target}`),
  };
  const measure = (term: Term): number => found.text(term).length;
  const { writeKinds } = found;
  const written =
    writeKinds && needsKinds(found, parts)
      ? writeKinds({
          ...about,
          parts: parts.map(({ kinds, program }) => ({ kinds, plan: planProgram(program, measure) })),
        })
      : found.write({ ...about, plan: planRule(canonical, measure) });
  return found.extension === 'py' ? folded(written) : written;
}

/** Whether a rule tells kinds, rows or columns of tensors apart. */
const seesKinds = (parts: readonly KindProgram[]): boolean =>
  parts.length > 1 || parts.some(({ program }) => seesShape(program));

/** Whether a rule is written by the target's second writer. */
const needsKinds = ({ overNetwork }: Target, parts: readonly KindProgram[]): boolean =>
  seesKinds(parts) || (overNetwork === 'as kinds' && reducesNetwork(parts[0]!.program));

/** @throws NosError `bad-option` for a rule that the target cannot write. */
function checkAbilities(target: Target, parts: readonly KindProgram[]): void {
  const { program } = parts[0]!;
  const check = (isNeeded: boolean, why: string, has: (target: Target) => unknown): void => {
    if (!isNeeded || has(target)) return;
    const others = targets.names.filter((name) => has(targets.find(name)));
    throw new NosError('bad-option', why, `export to ${others.join(', ')}`);
  };
  const { title } = target;
  check(
    seesKinds(parts),
    `no export to ${title} of rules that tell kinds, rows or columns of tensors apart`,
    ({ writeKinds }) => writeKinds,
  );
  check(
    reducesNetwork(program),
    `${title} takes the tensors one by one, and the rule reduces over all of them by global(…)`,
    ({ overNetwork }) => overNetwork,
  );
  check(
    program.readout !== undefined,
    `no export of weights to read out to ${title}`,
    ({ readsOut }) => readsOut,
  );
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
  const { writeTest, title, extension } = targets.find(target);
  const className = options.className ?? classNameOf(canonicalize(rule));
  checkClassName(className);
  const canonical = canonicalize(rule);
  const refuse = (why: string): NosError =>
    new NosError('bad-option', `no test: ${why}`, 'export without --with-test');
  if (writeTest === undefined) throw refuse(`${title} has none`);
  if (lowerKinds(canonical).some(({ program, kinds }) => seesShape(program) || kinds.length < KINDS.length))
    throw refuse(
      'the rule tells kinds, rows or columns of tensors apart, and the recorded training has one vector',
    );
  const plan = planRule(canonical, () => 0);
  const { draws, uses } = plan;
  if (extension === 'py' && !/^[A-Za-z_]\w*$/.test(module))
    throw refuse(`'${module}' is no name of a Python module, which has letters, digits and underscores`);
  if (draws.length > 0) throw refuse('the rule draws random numbers, and the framework draws others');
  const recorded = recordTraining(canonical);
  if (recorded === undefined) throw refuse('the weights of the recorded training are not finite');
  return writeTest({
    className,
    module,
    recorded,
    totalSteps: uses.totalSteps,
    overNetwork: isOverNetwork(plan),
    command: options.command ?? `nos export '${printRule(canonical)}' --to ${target} --with-test`,
  });
}

/** Words of Python and JavaScript, and what the exported texts call by its name; a function may have the class's name in small letters. */
const RESERVED = new Set(
  `any array as assert async await bool break callable case catch class const continue debugger def default del delete dict do elif else
  enum enumerate except export extends false finally float float32array float64array for from function global if implements import in
  instanceof int interface is iterable jax jnp keras lambda len let list map math mlx mx new none nonlocal normal not np null number object
  ops optax optimizer or package params pass private protected public raise range return self static str super switch tensor tf this
  throw torch true try tuple typeof typing var void while with yield zeros zip`.split(/\s+/),
);

function checkClassName(name: string): void {
  if (/^[A-Za-z_]\w*$/.test(name) && !RESERVED.has(name.toLowerCase())) return;
  throw new NosError(
    'bad-option',
    `'${name}' cannot name a class`,
    'a name has letters, digits and underscores, begins with a letter, and is no word of the language: PowerSign',
  );
}

/** Text from elsewhere, such as the name of a task, as one line that ends no string and no comment. */
const harmless = (line: string): string =>
  line.replace(/\s+/g, ' ').replaceAll('\\', '/').replaceAll('"""', "'''").replaceAll('*/', '* /');

/** The name of the class that a rule gets: of its title in the catalogue, else `FoundOptimizer`. */
export function classNameOf(rule: Expression): string {
  const [title = ''] = (entryOf(rule)?.title ?? 'Found optimizer').split(/,| of /);
  // `Momentum 0.9` is a `Momentum`, `Found rule 11 of Table 1` a `FoundRule11`, `Adam-mini` an `AdamMini`.
  const words = title.split(/[ -]/).filter((word) => !word.includes('.'));
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `Rule${name}`;
}

function entryOf(rule: Expression): CatalogueEntry | undefined {
  const [name] = namesOf(ruleKey(rule));
  return catalogue.find((entry) => entry.name === name);
}
