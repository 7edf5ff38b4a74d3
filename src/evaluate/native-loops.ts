import {
  type BeforePass,
  type CountedPlace,
  countOf,
  type Extent,
  goesByRows,
  lastPass,
  type PlacedReduction,
  type Program,
  passesOf,
  reducesNetwork,
  seesShape,
  type TensorPass,
} from '../rules/index.ts';
import {
  type At,
  addBlockText,
  addedText,
  addText,
  BLOCK,
  declared,
  finishText,
  joinedText,
  joinText,
  nameOf,
  nodeText,
  PLACES,
} from './native-values.ts';

/** What the loop that ends the step does at weight `i`. */
export function stepLines(program: Program, wanted: readonly number[]): readonly string[] {
  const { slots, result } = program;
  return [
    ...valueLines(program, wanted),
    ...slots.flatMap(({ next, extent }, i) =>
      extent === 'weight' ? [`s${i}[i] = ${nameOf(program, next)};`] : [],
    ),
    `const float updated = w[i] - rate * ${nameOf(program, result)};`,
    'w[i] = updated;',
    'defects |= !(updated - updated == 0.f);',
    ...readoutOf(program).map((value) => `defects |= !(${value} - ${value} == 0.f);`),
  ];
}

/** The variable of the weight to read out, if there is one. */
const readoutOf = (program: Program): readonly string[] =>
  program.readout === undefined ? [] : [nameOf(program, program.slots[program.readout]!.next)];

const valueLines = (program: Program, wanted: readonly number[], at: At = 'i'): readonly string[] =>
  wanted.map((i) => nodeText(program, program.nodes[i]!, i, at) ?? '');

/** A loop over the weights of a tensor, by blocks; `ofBlock` stands behind each, and `alone` is done to each weight of the rest. */
const tensorLoop = (
  lines: readonly string[],
  inBlock: readonly string[] = [],
  ofBlock: readonly string[] = [],
  alone: readonly string[] = [],
): readonly string[] => [
  '{',
  'int at = begin;',
  `for (; at + ${BLOCK} <= end; at += ${BLOCK}) {`,
  `for (int j = 0; j < ${BLOCK}; j++) {`,
  'const int i = at + j;',
  ...lines,
  ...inBlock,
  '}',
  ...ofBlock,
  '}',
  'for (int i = at; i < end; i++) {',
  ...lines,
  ...alone,
  '}',
  '}',
];

/** The loop over some tensors, k of them; `shaped`: with their rows and columns. */
export function eachOf(
  tensors: readonly CountedPlace[],
  lines: readonly string[],
  shaped = false,
): readonly string[] {
  const fields = [
    ...(['begin', 'end'] as const),
    ...(shaped ? (['rows', 'columns', 'rowsBefore', 'columnsBefore'] as const) : []),
  ];
  return [
    '{',
    ...fields.map(
      (field) => `static const int all_${field}[] = {${tensors.map((t) => t[field]).join(', ')}};`,
    ),
    `for (int k = 0; k < ${tensors.length}; k++) {`,
    `const int ${fields.map((field) => `${field} = all_${field}[k]`).join(', ')};`,
    ...lines,
    '}',
    '}',
  ];
}

/** A loop over the weights of a tensor by its rows and columns. */
const rowLoop = (
  lines: readonly string[],
  beforeRow: readonly string[] = [],
  afterRow: readonly string[] = [],
): readonly string[] => [
  'for (int r = 0, i = begin; r < rows; r++) {',
  ...beforeRow,
  'for (int c = 0; c < columns; c++, i++) {',
  ...lines,
  '}',
  ...afterRow,
  '}',
];

/** A loop over the rows or columns of a tensor, if there is something to do. */
const eachText = (at: 'r' | 'c', count: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`for (int ${at} = 0; ${at} < ${count}; ${at}++) {`, ...lines, '}'];

/** Tensor by tensor or pass by pass, as the compiled step in JavaScript has them. */
export function tensorLines(
  program: Program,
  tensors: readonly CountedPlace[],
  whole: boolean,
): readonly string[] {
  if (seesShape(program)) return shapedLines(program, tensors);
  const { slots } = program;
  const passes = passesOf(program);
  const last = lastPass(program);
  const kept = (of: 'tensor' | 'network', at: At) =>
    slots.flatMap(({ next, extent }, i) =>
      extent === of ? [`s${i}[${at}] = ${nameOf(program, next)};`] : [],
    );
  const eachTensor = (lines: readonly string[]): readonly string[] =>
    whole
      ? [
          `for (int k = 0; k < ${tensors.length}; k++) {`,
          'const int begin = bounds[k], end = bounds[k + 1];',
          ...lines,
          '}',
        ]
      : eachOf(tensors, lines);
  const step = [
    ...valueLines(program, last.perTensor, 'k'),
    ...tensorLoop(stepLines(program, last.wanted)),
    ...kept('tensor', 'k'),
  ];
  const lines = [
    'typedef double partials __attribute__((vector_size(64)));',
    'typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));',
    ...(whole ? [`static const int bounds[] = {${[0, ...tensors.map(({ end }) => end)].join(', ')}};`] : []),
  ];
  if (!reducesNetwork(program))
    return [...lines, ...eachTensor([...passes.flatMap((pass) => passLines(program, pass)), ...step])];
  const perTensor = program.extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  return [
    ...lines,
    ...perTensor.map((i) => `float n${i}[${tensors.length}];`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...valueLines(program, pass.perNetwork, '0'),
        ...overAll.map(({ i }) => `double a${i} = 0; uint32_t b${i} = 0;`),
        ...eachTensor(passLines(program, pass)),
        ...overAll.map(
          ({ node, i }) =>
            `const float n${i} = ${finishText(node.operation, `a${i}`, `b${i}`, String(tensors.at(-1)!.end))};`,
        ),
      ];
    }),
    ...valueLines(program, last.perNetwork, '0'),
    ...eachTensor(step),
    ...kept('network', '0'),
  ];
}

/** A loop over the weights of a tensor that ends with reductions. */
function passLines(program: Program, { perTensor, reductions, wanted }: TensorPass): readonly string[] {
  const each = (text: (reduction: TensorPass['reductions'][number]) => string) => reductions.map(text);
  return [
    ...valueLines(program, perTensor, 'k'),
    ...each(({ i }) => `partials p${i} = {0}; uint32_t m${i} = 0; float x${i}[${BLOCK}];`),
    ...tensorLoop(
      valueLines(program, wanted),
      each(({ node, i }) => `x${i}[j] = ${nameOf(program, node.args[0])};`),
      each(({ node, i }) => addBlockText(node.operation, i)),
      each(({ node, i }) => addText(node.operation, i, nameOf(program, node.args[0]))),
    ),
    ...each(({ node, i }) =>
      node.operation.over === 'network'
        ? joinText(node.operation, i)
        : `${declared(program, i)} = ${finishText(node.operation, joinedText(`p${i}`), `m${i}`, 'end - begin')};`,
    ),
  ];
}

/**
 * The same for a program that sees rows and columns, or takes matrices. Partial sums of columns are eight rows of sums; those of what is
 * the largest are bits, as {@link largestText} compares them.
 */
function shapedLines(program: Program, tensors: readonly CountedPlace[]): readonly string[] {
  const { nodes, slots, extents } = program;
  const byRows = goesByRows(program);
  const passes = passesOf(program);
  const last = lastPass(program);
  const kept = (of: Extent, at: At): readonly string[] =>
    slots.flatMap(({ next, extent }, i) =>
      extent === of ? [`s${i}[${PLACES[at]}] = ${nameOf(program, next)};`] : [],
    );
  const step = [
    ...beforeLines(program, last),
    ...(byRows ? rowLoop(stepLines(program, last.wanted)) : tensorLoop(stepLines(program, last.wanted))),
    ...kept('tensor', 'k'),
    ...eachText('r', 'rows', kept('row', 'r')),
    ...eachText('c', 'columns', kept('column', 'c')),
  ];
  const most = Math.max(...tensors.map(({ columns }) => columns));
  const largest = Math.max(...tensors.map(({ begin, end }) => end - begin));
  const size = tensors.at(-1)!.end;
  const arrays = nodes.flatMap((node, i) => {
    if (node.kind === 'matrix') return [`static float a${i}[${size}], x${i}[${largest}];`];
    const extent = extents[i];
    if (extent !== 'row' && extent !== 'column') return [];
    const sums =
      extent === 'column' && node.kind === 'reduction'
        ? [`static double p${i}[${8 * most}]; static uint32_t m${i}[${most}];`]
        : [];
    return [`static float a${i}[${countOf(tensors, extent)}];`, ...sums];
  });
  const passLines = (pass: TensorPass) => shapedPass(program, pass);
  if (!reducesNetwork(program)) {
    return [...arrays, ...eachOf(tensors, [...passes.flatMap(passLines), ...step], true)];
  }
  const perTensor = extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  return [
    ...arrays,
    ...perTensor.map((i) => `float n${i}[${tensors.length}];`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...valueLines(program, pass.perNetwork, '0'),
        ...overAll.map(({ i }) => `double a${i} = 0; uint32_t b${i} = 0;`),
        ...eachOf(tensors, passLines(pass), true),
        ...overAll.map(
          ({ node, i }) =>
            `const float n${i} = ${finishText(node.operation, `a${i}`, `b${i}`, String(size))};`,
        ),
      ];
    }),
    ...valueLines(program, last.perNetwork, '0'),
    ...eachOf(tensors, step, true),
    ...kept('network', '0'),
  ];
}

/** What is known before the loop over a tensor. */
const beforeLines = (
  program: Program,
  { perTensor, perRow, perColumn }: Omit<BeforePass, 'perNetwork'>,
): readonly string[] => [
  ...valueLines(program, perTensor, 'k'),
  ...eachText('r', 'rows', valueLines(program, perRow, 'r')),
  ...eachText('c', 'columns', valueLines(program, perColumn, 'c')),
];

/** Which partial sum a value is added to. */
const PARTIAL = {
  network: '(i - begin) & 7',
  tensor: '(i - begin) & 7',
  row: 'c & 7',
  column: '(r & 7) * columns + c',
} as const;

function shapedPass(program: Program, pass: TensorPass): readonly string[] {
  const { reductions, matrices } = pass;
  const ofRows = reductions.filter(({ node }) => node.operation.over === 'row');
  const others = reductions.filter(({ node }) => node.operation.over !== 'row');
  const isColumn = ({ i }: PlacedReduction): boolean => program.extents[i] === 'column';
  const opened = (it: PlacedReduction): string =>
    isColumn(it)
      ? `memset(p${it.i}, 0, sizeof p${it.i}); memset(m${it.i}, 0, sizeof m${it.i});`
      : `double p${it.i}[8] = {0}; uint32_t m${it.i} = 0;`;
  const added = (it: PlacedReduction, at: string): string => {
    const { i, node } = it;
    const largest = isColumn(it) ? `m${i}[c]` : `m${i}`;
    return addedText(node.operation, `p${i}[${at}]`, largest, nameOf(program, node.args[0]));
  };
  const finished = ({ node, i }: PlacedReduction, count: string, p = `p${i}`, m = `m${i}`): string =>
    `${declared(program, i)} = ${finishText(node.operation, joinedText(p), m, count)};`;
  const body = [
    ...valueLines(program, pass.wanted),
    ...reductions.map((it) => added(it, PARTIAL[it.node.operation.over])),
    ...matrices.map(({ node, i }) => `x${i}[i - begin] = ${nameOf(program, node.args[0])};`),
  ];
  return [
    ...beforeLines(program, pass),
    ...pass.short.flatMap((it) => {
      const [at, count] =
        it.node.operation.over === 'row' ? (['c', 'columns'] as const) : (['r', 'rows'] as const);
      return [opened(it), ...eachText(at, count, [added(it, `${at} & 7`)]), finished(it, count)];
    }),
    ...others.map(opened),
    ...(goesByRows(program)
      ? rowLoop(
          body,
          ofRows.map(opened),
          ofRows.map((it) => finished(it, 'columns')),
        )
      : tensorLoop(body)),
    ...others.flatMap((it) => {
      const { over } = it.node.operation;
      if (over === 'network') return [joinText(it.node.operation, it.i)];
      if (over === 'tensor') return [finished(it, 'end - begin')];
      return eachText('c', 'columns', [
        `double q[8]; for (int j = 0; j < 8; j++) q[j] = p${it.i}[j * columns + c];`,
        finished(it, 'rows', 'q', `m${it.i}[c]`),
      ]);
    }),
    ...matrices.map(({ i }) => `orth(x${i}, rows, columns, a${i} + begin);`),
  ];
}
