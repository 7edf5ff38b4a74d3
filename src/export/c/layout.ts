import type { Plan } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { mentions } from '../tensor-loops.ts';
import { scratchOf } from '../tensor-passes.ts';
import { indented } from '../text.ts';

/** What a header for a list of tensors is made of. */
export interface HeaderLayout {
  readonly source: KindsSource;
  readonly prefix: string;
  readonly macro: string;
  /** Whether all tensors take a pass before any takes the next. */
  readonly atOnce: boolean;
  readonly hasRows: boolean;
  readonly hasKinds: boolean;
  readonly hasMatrices: boolean;
}

/** What is kept of a tensor: numbers, and arrays of `real` or `double` with how many values they have. */
export interface Field {
  readonly name: string;
  readonly type: string;
  /** None for a number. */
  readonly count: string | undefined;
}

export function planFields({ prefix, atOnce, hasRows }: HeaderLayout, plan: Plan): readonly Field[] {
  const { parts, draws, matrices } = scratchOf(plan, atOnce);
  const real = `${prefix}_real`;
  const size = hasRows ? 'rows * columns' : 'size';
  const countOf = { row: 'rows', column: 'columns', weight: size, tensor: undefined };
  return [
    ...plan.states.flatMap((name) => {
      const extent = plan.extents.get(name)!;
      return extent === 'network' || extent === 'step' ? [] : [{ name, type: real, count: countOf[extent] }];
    }),
    ...parts.flatMap(({ name, extent }) =>
      extent === 'network' ? [] : [{ name, type: 'double', count: countOf[extent] }],
    ),
    ...draws.map((name) => ({ name, type: real, count: size })),
    ...(atOnce ? matrices.map((name) => ({ name, type: real, count: size })) : []),
  ];
}

/** The field of a plan's name: with its kind in front, if an earlier plan has another field of that name. */
export function fieldName(layout: HeaderLayout, part: number, name: string): string {
  const { parts } = layout.source;
  const [first, own] = [parts.slice(0, part), [parts[part]!]].map((some) =>
    some.flatMap(({ plan }) => planFields(layout, plan)).find((field) => field.name === name),
  );
  const isOther =
    first && own && (first.type !== own.type || (first.count === undefined) !== (own.count === undefined));
  return isOther ? `${parts[part]!.kinds[0]}_${name}` : name;
}

export const fieldsOf = (layout: HeaderLayout, part: number): readonly Field[] =>
  planFields(layout, layout.source.parts[part]!.plan).map((field) => ({
    ...field,
    name: fieldName(layout, part, field.name),
  }));

/** The fields of all plans, each name once. */
export function allFields(layout: HeaderLayout): readonly Field[] {
  const fields = layout.source.parts.flatMap((_, part) => fieldsOf(layout, part));
  return fields.filter(({ name }, i) => fields.findIndex((other) => other.name === name) === i);
}

export const networkStates = ({ source }: HeaderLayout): readonly string[] =>
  source.parts.flatMap(({ plan }) => plan.states.filter((name) => plan.extents.get(name) === 'network'));

/** Matrices that the tensors share, one after the other. */
export const sharedMatrices = ({ source, atOnce }: HeaderLayout): readonly string[] =>
  atOnce ? [] : [...new Set(source.parts.flatMap(({ plan }) => scratchOf(plan, atOnce).matrices))];

export const workOf = (layout: HeaderLayout): readonly string[] =>
  layout.hasMatrices ? [...sharedMatrices(layout), 'work'] : [];

/** Statements of each plan, chosen by the kind of a tensor. */
export function branches(
  { source, macro, hasKinds }: HeaderLayout,
  kind: string,
  lines: (part: number) => readonly string[],
): readonly string[] {
  if (!hasKinds) return lines(0);
  const cases = source.parts.flatMap(({ kinds }, part) => {
    const own = lines(part);
    const labels = kinds.map((one) => `case ${macro}_${one.toUpperCase()}:`);
    return own.length === 0 ? [] : [...labels, ...indented([...own, 'break;'], '    ')];
  });
  return cases.length === 0 ? [] : [`switch (${kind}) {`, ...cases, 'default:', '    break;', '}'];
}

/** Counts and arrays of a tensor that lines read, before them. */
export const tensorLocals = (
  { prefix, hasRows }: HeaderLayout,
  lines: readonly string[],
  tensor: string,
): readonly string[] => {
  const size = hasRows ? `${tensor}rows * ${tensor}columns` : `${tensor}size`;
  return (
    [
      ['rows', 'const size_t', `${tensor}rows`],
      ['columns', 'const size_t', `${tensor}columns`],
      ['size', 'const size_t', size],
      ['weights', `${prefix}_real *const`, `${tensor}weights`],
      ['gradient', `const ${prefix}_real *const`, `${tensor}gradient`],
    ] as const
  ).flatMap(([name, type, value]) => (mentions(lines, name) ? [`${type} ${name} = ${value};`] : []));
};
