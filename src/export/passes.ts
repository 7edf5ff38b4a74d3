import type { Plan } from './plan.ts';
import { type Apply, isReduction, namesIn, type Statement, type Term } from './term.ts';

/** What a target of plain loops writes of a plan that reduces: one loop over the weights of a tensor, and what comes before it. */
export interface LoopPass {
  /** Statements of one number per tensor. */
  readonly before: readonly Statement[];
  /** Statements of the loop; a state gets its value in one of the passes, a variable in each that reads it. */
  readonly body: readonly Statement[];
  /** What the loop reduces; none in the last pass, which takes the step. */
  readonly reductions: readonly (Statement & { readonly value: Apply })[];
}

const isReduced = (statement: Statement): statement is Statement & { readonly value: Apply } => {
  const { value } = statement;
  return value.kind === 'call' && isReduction(value) && value.args[0]!.kind !== 'number';
};

/** The passes of a plan: each reduces what depends on the reductions before it. One, if there are none. */
export function loopPasses({ body, update, stores, perTensor }: Plan): readonly LoopPass[] {
  const stages = new Map<string, number>();
  const stageOf = (value: Term): number =>
    Math.max(0, ...namesIn(value).map((name) => stages.get(name) ?? 0));
  for (const statement of body) {
    stages.set(statement.name, stageOf(statement.value) + Number(isReduced(statement)));
  }
  const last = Math.max(0, ...stages.values());
  const outputs = [update, ...stores.map(({ value }) => value)];
  return Array.from({ length: last + 1 }, (_, pass) => {
    const reductions = body.filter(isReduced).filter(({ name }) => stages.get(name) === pass + 1);
    const wanted = new Set([
      ...reductions.flatMap(({ value }) => namesIn(value)),
      ...(pass === last ? outputs.flatMap(namesIn) : []),
    ]);
    const inLoop = body
      .filter(({ name }) => !perTensor.has(name))
      .toReversed()
      .filter(({ kind, name, value }) => {
        const stands = kind === 'state' ? stages.get(name) === pass : wanted.has(name);
        if (stands) for (const read of namesIn(value)) wanted.add(read);
        return stands;
      });
    return {
      before: body.filter(
        (one) => perTensor.has(one.name) && !isReduced(one) && stages.get(one.name) === pass,
      ),
      body: inLoop.toReversed(),
      reductions,
    };
  });
}
