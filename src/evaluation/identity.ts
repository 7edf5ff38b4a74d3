import { canonicalize, type Expression, keyOfCanonical, printRule, resolveRule } from '../rules/index.ts';

/** Which rule a text means, however it is written. */
export interface RuleIdentity {
  /** Canonical text. */
  readonly text: string;
  /** Hash of the canonical form: rules of one key are one rule. */
  readonly key: string;
}

/**
 * Says which rule a text or a catalogue name means.
 *
 * @throws NosError `bad-rule`, `unknown-name`.
 * @example identityOf('adam').key === identityOf('m / (sqrt(v) + eps)').key // true
 */
export function identityOf(rule: string | Expression): RuleIdentity {
  return identityOfCanonical(canonicalize(typeof rule === 'string' ? resolveRule(rule) : rule));
}

/** What {@link identityOf} says of a rule that is in canonical form already. */
export const identityOfCanonical = (form: Expression): RuleIdentity => ({
  text: printRule(form),
  key: keyOfCanonical(form),
});

/**
 * The fingerprint of what programs of the user's own have computed: what their results depend on beside the program is theirs to know, and
 * `nos task check` tells whether they repeat.
 */
export const PROGRAM_FINGERPRINT = 'program-1';

/** The engine that a fingerprint names: what the evaluations of that machine were computed by. */
export function engineOf(fingerprint: string): 'native' | 'onnxruntime' {
  return fingerprint.startsWith('native-') ? 'native' : 'onnxruntime';
}
