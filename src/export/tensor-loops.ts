import type { Extent } from '../rules/index.ts';
import type { Plan } from './plan.ts';
import { COUNTS, type Reduced, scratchOf, tensorPasses, type WrittenPass } from './tensor-passes.ts';
import type { Statement, Term } from './term.ts';
import { LEVEL, type Text } from './text.ts';

/** How a language of plain loops writes them. Values are read into variables of their names, and written back. */
export interface LoopSyntax {
  readonly name: (name: string) => string;
  readonly write: (term: Term) => Text;
  readonly constant: (name: string, value: string) => string;
  readonly variable: (name: string, value: string) => string;
  readonly index: (name: string, value: string) => string;
  readonly loop: (index: string, count: string, lines: readonly string[]) => readonly string[];
  /** Where an array of a tensor is, or a number of it: `memory->exp_avg`. */
  readonly ofTensor: (name: string, extent: Extent) => string;
  readonly ofNetwork: (name: string) => string;
  readonly ofMatrix: (name: string) => string;
  /** Writes to a state, or to another array that is as precise as the weights. */
  readonly keep: (place: string, value: Text) => string;
  readonly sqrt: (x: string) => string;
  readonly abs: (x: string) => string;
  readonly largest: (place: string, magnitude: string) => string;
  /** A count of weights as a number of the arithmetic. */
  readonly count: (operation: string) => string;
  readonly orthogonalize: (matrix: string) => string;
  /** The line that draws a random number, and the one that reads a number that was kept. */
  readonly draw: (draw: Plan['draws'][number]) => Text;
  readonly readDraw: (draw: Plan['draws'][number], place: string) => string;
  /** Names of the gradient and the weight, and what is read into them. */
  readonly inputs: readonly (readonly [string, string])[];
  /** The direction, before states are written, and the step itself, after. */
  readonly descend: (update: Text) => readonly [string, string];
}

/** The lines of a pass. */
export interface PassLines {
  /** Before the first tensor. */
  readonly start: readonly string[];
  readonly tensor: readonly string[];
  /** After the last. */
  readonly end: readonly string[];
}

/**
 * Writes the passes of a plan over tensors.
 *
 * @param atOnce - whether a pass is made over all tensors before the next, so that nothing is left of variables between passes.
 */
export function passLines(plan: Plan, syntax: LoopSyntax, atOnce: boolean): readonly PassLines[] {
  const passes = tensorPasses(plan);
  const { parts, draws, matrices } = scratchOf(plan, atOnce);
  const kept = draws.length > 0;
  const inPlace = new Set(plan.body.flatMap(({ kind, name }) => (kind === 'state' ? [name] : [])));
  const extentOf = (name: string): Extent => plan.extents.get(name) ?? 'weight';
  const text = (term: Term): string => syntax.write(term).text;
  const namesOf = (extent: Extent): readonly string[] =>
    [...plan.extents].flatMap(([name, of]) => (of === extent ? [name] : []));
  const isKept = (name: string): boolean =>
    plan.states.includes(name) || parts.some((part) => part.name === name);
  const indexed = (name: string): string => {
    const extent = extentOf(name);
    const index = { weight: '[i]', row: '[r]', column: '[c]', tensor: '', network: '', step: '' }[extent];
    return `${extent === 'network' ? syntax.ofNetwork(name) : syntax.ofTensor(name, extent)}${index}`;
  };
  /** Reads what lines need of some extents, unless it is known. */
  const loads = (
    lines: readonly string[],
    extents: readonly Extent[],
    known: ReadonlySet<string> = new Set(),
  ): readonly string[] =>
    extents.flatMap(namesOf).flatMap((name) => {
      if (!isKept(name) || known.has(name) || !mentions(lines, syntax.name(name))) return [];
      const isWritten = extentOf(name) === 'tensor' && !atOnce && inPlace.has(name);
      const read = isWritten ? syntax.variable : readOf(syntax, lines, name);
      return [read(syntax.name(name), indexed(name))];
    });
  const assigned = ({ kind, name, value }: Statement): string =>
    kind === 'state'
      ? `${syntax.name(name)} = ${text(value)};`
      : syntax.constant(syntax.name(name), text(value));
  const written = (name: string): Text => ({ text: syntax.name(name), level: LEVEL.atom });
  /** A value that is kept beyond its loop. */
  const keptLine = ({ kind, name }: Pick<Statement, 'kind' | 'name'>): readonly string[] => {
    if (kind === 'state') return [syntax.keep(indexed(name), written(name))];
    return isKept(name) ? [`${indexed(name)} = ${syntax.name(name)};`] : [];
  };
  const partLoop = (extent: 'row' | 'column', lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : syntax.loop(extent === 'row' ? 'r' : 'c', extent === 'row' ? 'rows' : 'columns', lines);
  const partStatements = (extent: 'row' | 'column', statements: readonly Statement[]): readonly string[] => {
    const lines = [...statements.map(assigned), ...statements.flatMap(keptLine)];
    const own = new Set(statements.flatMap(({ kind, name }) => (kind === 'variable' ? [name] : [])));
    return partLoop(extent, [...loads(lines, [extent], own), ...lines]);
  };
  const add = (place: string, { name, operation, value }: Reduced): readonly string[] => {
    const x = text(value);
    if (operation.term === 'value') return [`${place} += ${x};`];
    const isName = /^[\w.[\]]+$/.test(x);
    const term = isName ? x : syntax.name(`${name}_of`);
    return [
      ...(isName ? [] : [syntax.constant(term, x)]),
      operation.join === 'largest'
        ? syntax.largest(place, syntax.abs(term))
        : `${place} += ${term} * ${term};`,
    ];
  };
  const finished = (place: string, { operation: { over, mean, root } }: Reduced): readonly string[] => {
    const count = syntax.count(COUNTS[over]);
    if (root) return [`${place} = ${syntax.sqrt(mean ? `${place} / ${count}` : place)};`];
    return mean ? [`${place} /= ${count};`] : [];
  };
  const storesOf = (extent: Extent): readonly string[] =>
    plan.stores
      .filter(({ state }) => extentOf(state) === extent)
      .map(({ state, value }) => syntax.keep(indexed(state), syntax.write(value)));

  const mainLoop = (pass: WrittenPass): readonly string[] => {
    const { body, reductions, isLast } = pass;
    const states = body.filter(({ kind }) => kind === 'state');
    if (!(isLast || states.length + reductions.length + pass.matrices.length > 0)) return [];
    const [direction, step] = isLast ? syntax.descend(syntax.write(plan.update)) : [];
    const inner = [
      ...body.map(assigned),
      ...reductions.flatMap((one) =>
        add(one.extent === 'column' ? indexed(one.name) : syntax.name(one.name), one),
      ),
      ...pass.matrices.map(({ name, value }) =>
        syntax.keep(`${syntax.ofMatrix(name)}[i]`, syntax.write(value)),
      ),
      ...(direction === undefined ? [] : [direction]),
      ...states.flatMap(keptLine),
      ...(isLast ? storesOf('weight') : []),
      ...(step === undefined ? [] : [step]),
    ];
    const lines = [
      ...plan.draws.flatMap((draw) =>
        !kept
          ? [syntax.readDraw(draw, syntax.draw(draw).text)]
          : mentions(inner, syntax.name(draw.name))
            ? [syntax.readDraw(draw, `${syntax.ofTensor(draw.name, 'weight')}[i]`)]
            : [],
      ),
      ...syntax.inputs.flatMap(([name, place]) =>
        mentions(inner, name) ? [syntax.constant(name, place)] : [],
      ),
      ...loads(inner, ['weight']),
      ...matrices.flatMap((name) =>
        mentions(inner, syntax.name(name))
          ? [syntax.constant(syntax.name(name), `${syntax.ofMatrix(name)}[i]`)]
          : [],
      ),
      ...loads(inner, ['column']),
      ...inner,
    ];
    const rowReductions = reductions.filter(({ extent }) => extent === 'row');
    const ofRows = loads(inner, ['row'], new Set(rowReductions.map(({ name }) => name)));
    const isNested = ofRows.length + rowReductions.length > 0 || mentions(lines, 'c');
    if (!isNested) return syntax.loop('i', 'size', lines);
    return syntax.loop('r', 'rows', [
      ...ofRows,
      ...rowReductions.map(({ name }) => syntax.variable(syntax.name(name), '0')),
      ...syntax.loop('c', 'columns', [
        ...(mentions(lines, 'i') ? [syntax.index('i', 'r * columns + c')] : []),
        ...lines,
      ]),
      ...rowReductions.flatMap((one) => [
        ...finished(syntax.name(one.name), one),
        `${indexed(one.name)} = ${syntax.name(one.name)};`,
      ]),
    ]);
  };

  const shortLoop = (one: Reduced): readonly string[] => {
    const extent = one.of as 'row' | 'column';
    const lines = add(syntax.name(one.name), one);
    return [
      syntax.variable(syntax.name(one.name), '0'),
      ...partLoop(extent, [...loads(lines, [extent]), ...lines]),
      ...finished(syntax.name(one.name), one),
    ];
  };

  const known = new Set<string>();
  return passes.map((pass, p): PassLines => {
    const { before, reductions, short, matrices: filled, isLast } = pass;
    const ofTensor = reductions.filter(({ extent }) => extent === 'tensor');
    const ofColumns = reductions.filter(({ extent }) => extent === 'column');
    const ofNetwork = reductions.filter(({ extent }) => extent === 'network');
    const lines = [
      ...(kept && p === 0
        ? syntax.loop(
            'i',
            'size',
            plan.draws.map((draw) =>
              syntax.keep(`${syntax.ofTensor(draw.name, 'weight')}[i]`, syntax.draw(draw)),
            ),
          )
        : []),
      ...before.tensor.flatMap((one) => [assigned(one), ...keptLine(one)]),
      ...partStatements('row', before.row),
      ...partStatements('column', before.column),
      ...ofTensor.map(({ name }) => syntax.variable(syntax.name(name), '0')),
      ...partLoop(
        'column',
        ofColumns.map(({ name }) => `${indexed(name)} = 0;`),
      ),
      ...mainLoop(pass),
      ...ofTensor.flatMap((one) => finished(syntax.name(one.name), one)),
      ...partLoop(
        'column',
        ofColumns.flatMap((one) => finished(indexed(one.name), one)),
      ),
      ...short.flatMap(shortLoop),
      ...[...ofTensor, ...short].flatMap(({ name }) =>
        isKept(name) ? [`${indexed(name)} = ${syntax.name(name)};`] : [],
      ),
      ...filled.map(({ name }) => syntax.orthogonalize(syntax.ofMatrix(name))),
      ...(isLast
        ? (['row', 'column'] as const).flatMap((extent) => {
            const stores = storesOf(extent);
            return partLoop(extent, [...loads(stores, [extent]), ...stores]);
          })
        : []),
      ...(isLast ? storesOf('tensor') : []),
    ];
    const own = new Set([
      ...before.tensor.flatMap(({ kind, name }) => (kind === 'variable' ? [name] : [])),
      ...[...ofTensor, ...short].map(({ name }) => name),
    ]);
    const tensor = [...loads(lines, ['tensor'], atOnce ? own : new Set([...own, ...known])), ...lines];
    for (const name of namesOf('tensor')) if (mentions(tensor, syntax.name(name))) known.add(name);
    return {
      start: [
        ...before.network.flatMap((one) => [assigned(one), ...keptLine(one)]),
        ...ofNetwork.map(({ name }) => syntax.variable(syntax.name(name), '0')),
      ],
      tensor,
      end: [
        ...ofNetwork.flatMap((one) => finished(syntax.name(one.name), one)),
        ...(isLast ? storesOf('network') : []),
      ],
    };
  });
}

/** Whether lines mention a variable, and not only a field of that name. */
export const mentions = (lines: readonly string[], name: string): boolean => {
  const found = new RegExp(`(?<![\\w.#]|->)${name}(?!\\w)`);
  return lines.some((line) => found.test(line));
};

/** How what is kept is read: into a constant, unless lines write to it. */
const readOf = (syntax: LoopSyntax, lines: readonly string[], name: string): LoopSyntax['constant'] =>
  lines.some((line) => line.trimStart().startsWith(`${syntax.name(name)} = `))
    ? syntax.variable
    : syntax.constant;

/** Lines that read the states of the network which the passes mention. */
export function networkLoads(plan: Plan, syntax: LoopSyntax, lines: readonly string[]): readonly string[] {
  return plan.states.flatMap((name) => {
    if (plan.extents.get(name) !== 'network' || !mentions(lines, syntax.name(name))) return [];
    return [readOf(syntax, lines, name)(syntax.name(name), syntax.ofNetwork(name))];
  });
}
