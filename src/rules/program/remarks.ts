import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { KINDS } from '../language/kinds.ts';
import { interpretRule } from './interpret.ts';
import { lowerKinds } from './program.ts';

const STEPS = 3;
const WEIGHTS = [0.5, -0.5] as const;
const SHAPES = {
  matrices: { size: 2, rows: 1, columns: 2 },
  vectors: { size: 2 },
  embeddings: { size: 2, rows: 2, columns: 1 },
} as const;
const GRADIENTS = [0.1, -0.1, 1e-3, -1e-3] as const;

/**
 * What a reader should know of a rule that is legal and will hardly train anything: that it ignores the gradient, or that
 * ordinary gradients give no finite step. Empty for most rules.
 *
 * @example remarksOn(parseRule('g / 0')) // ['its step is not finite for any of some ordinary gradients']
 */
export function remarksOn(rule: Expression): readonly string[] {
  const remarks: string[] = [];
  const reads = lowerKinds(canonicalize(rule)).some(({ program }) =>
    program.nodes.some((node) => node.kind === 'input' && node.name === 'g'),
  );
  if (!reads) remarks.push('it does not depend on the gradient');
  const wrong = GRADIENTS.filter((g) => !staysFinite(rule, g));
  if (wrong.length === GRADIENTS.length) {
    remarks.push('its step is not finite for any of some ordinary gradients');
  } else if (wrong.length > 0) {
    remarks.push(`its step is not finite at a gradient of ${wrong.join(', ')}`);
  } else if (!staysFinite(rule, 0)) {
    remarks.push('its step is not finite where the gradient is 0, as it often is behind a ReLU');
  }
  return remarks;
}

/** Whether the first few steps of a few weights, of tensors of each kind, are finite under a constant gradient. */
function staysFinite(rule: Expression, g: number): boolean {
  const tensors = KINDS.map((kind, k) => ({ offset: k * WEIGHTS.length, ...SHAPES[kind], kind }));
  const size = KINDS.length * WEIGHTS.length;
  const stepper = interpretRule(rule).start({ size, steps: 100, seed: 0, tensors });
  const gradient = new Float32Array(size).fill(g);
  const weights = KINDS.flatMap(() => WEIGHTS);
  return Array.from({ length: STEPS }).every(() => stepper.step(Float32Array.from(weights), gradient, 1));
}
