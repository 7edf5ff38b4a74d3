import type { TensorKind } from '../rules/index.ts';
import type { Plan } from './plan.ts';
import type { Recorded } from './recorded.ts';
import type { Term } from './term.ts';

/** One framework or language that rules are exported to. A target is a folder with its tables and its writer. */
export interface Target {
  readonly name: string;
  readonly title: string;
  /** One line: what the text is, and with what it is used. */
  readonly description: string;
  /** Extension of a file: `py`. */
  readonly extension: string;
  /** The text of a term inside the step: a plan breaks long ones into statements. */
  readonly text: (term: Term) => string;
  readonly write: (source: ExportSource) => string;
  /** Writes a rule that tells kinds, rows or columns of tensors apart; absent if it cannot. */
  readonly writeKinds?: (source: KindsSource) => string;
  /** The writer, `write` or `writeKinds`, of rules that reduce over all tensors; absent if neither can. */
  readonly overNetwork?: 'as others' | 'as kinds';
  /** Whether it writes rules that say which weights to read out. */
  readonly readsOut?: boolean;
  /** A test in the target's language that replays a recorded training; absent for formulas, and for what the target cannot run alone. */
  readonly writeTest?: (source: TestSource) => string;
}

/** All that a text says whose rule has a plan for tensors of some kinds, or for all, as matrices. */
export interface KindsSource extends Omit<ExportSource, 'plan'> {
  readonly parts: readonly { readonly kinds: readonly TensorKind[]; readonly plan: Plan }[];
}

/** All that the test of an exported text says. */
export interface TestSource {
  readonly className: string;
  /** The file of the optimizer, without its extension. */
  readonly module: string;
  readonly recorded: Recorded;
  /** Whether the optimizer asks for the number of steps. */
  readonly totalSteps: boolean;
  /** Whether the rule reduces over all tensors. */
  readonly overNetwork: boolean;
  readonly command: string;
}

/** All that an exported text says. */
export interface ExportSource {
  readonly plan: Plan;
  /** The class or function: `PowerSign`. */
  readonly className: string;
  /** The rule's short canonical text. */
  readonly rule: string;
  /** What the names in the rule's text stand for, a line each. */
  readonly definitions: readonly string[];
  /** Where the rule comes from, such as a paper. */
  readonly source: string | undefined;
  /** LaTeX of the rule. */
  readonly latex: string;
  /** What a person reads first: `PowerSign: exp(sign(g) * sign(m)) * g`. */
  readonly title: string;
  readonly learningRate: number;
  /** The default number of steps of the whole training, for a rule that asks for it; without one, whoever makes the optimizer must say it. */
  readonly totalSteps: number | undefined;
  /** Learning rates that did well, with the tasks: sentences. */
  readonly advice: readonly string[];
  /** The command that makes this text again. */
  readonly command: string;
}
