import { KINDS } from '../rules/index.ts';
import { operationsOf, type Plan } from './plan.ts';
import type { ExportSource, KindsSource } from './target.ts';

/** What stands before the names of a plan's constants: its first kind, if there are several plans. */
export const prefixOf = ({ parts }: Pick<KindsSource, 'parts'>, part: number): string =>
  parts.length === 1 ? '' : `${parts[part]!.kinds[0]}_`;

/** The only plan of a rule, as that of all kinds. */
export const ofAllKinds = ({ plan, ...source }: ExportSource): KindsSource => ({
  ...source,
  parts: [{ kinds: KINDS, plan }],
});

const anyOperation = (plan: Plan, pattern: RegExp): boolean =>
  [...operationsOf(plan)].some((name) => pattern.test(name));

/** Whether a plan reduces over all tensors. */
export const isOverNetwork = (plan: Plan): boolean => anyOperation(plan, /^global /);

/** Whether a plan sees the rows and columns of a tensor. */
export const seesRows = (plan: Plan): boolean =>
  anyOperation(plan, /^(row|col)|^orth$/) ||
  [...plan.extents.values()].some((extent) => extent === 'row' || extent === 'column');

/** The constants of all plans, by the names that they have together. */
export const kindsParameters = (source: KindsSource): Plan['parameters'] =>
  source.parts.flatMap(({ kinds, plan }, i) =>
    plan.parameters.map((one) => ({
      ...one,
      name: `${prefixOf(source, i)}${one.name}`,
      description: `${one.description}${source.parts.length === 1 ? '' : ` for ${kinds.join(' and ')}`}`,
    })),
  );
