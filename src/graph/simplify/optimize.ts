import type { Tensor } from '../tensor.ts';
import { fusions } from './fusions.ts';
import { rewrite } from './rewrite.ts';
import { simplifications } from './simplifications.ts';

/** An equal graph that runs faster. Only to be lowered or evaluated, not to be differentiated. */
export function optimize(outputs: readonly Tensor[]): Tensor[] {
  const simplified = rewrite(outputs, simplifications);
  return rewrite(simplified, fusions(simplified));
}
