import type { Expression } from './expression.ts';
import { PRECEDENCE } from './operation.ts';
import { type OperationName, operationOf } from './operations.ts';
import { printNumber } from './print.ts';

/** How an operation is written in LaTeX. */
interface Latex {
  readonly render: (args: readonly string[], parameters: readonly string[]) => string;
  /** How tightly the result binds, on the scale of {@link PRECEDENCE}; an atom when absent. */
  readonly level?: number;
  /** The least level of each argument that needs no parentheses; 0 when absent. */
  readonly needs?: readonly number[];
}

const atom = (text: string): Latex => ({ render: () => text });

/** The index of what is over all tensors. */
const ALL = '_{\\mathrm{all}}';

const called = (name: string, index = ''): Latex => ({
  render: (args, parameters) =>
    `\\operatorname{${name}}${index}\\left(${[...args, ...parameters].join(', ')}\\right)`,
});

/** A function with its parameter as an index, a number or a function of the step. */
const indexed = (name: string): Latex => ({
  render: ([x, varying], [b]) => `\\operatorname{${name}}_{${b ?? varying}}\\left(${x}\\right)`,
});

const L = PRECEDENCE;

const LATEX: Readonly<Record<OperationName, Latex>> = {
  g: atom('g'),
  w: atom('w'),
  m: atom('\\hat m'),
  v: atom('\\hat v'),
  gamma: atom('\\hat\\gamma'),
  adam: atom('\\mathrm{ADAM}'),
  rmsprop: atom('\\mathrm{RMSProp}'),
  w0: atom('w_0'),
  rows: atom('\\mathrm{rows}'),
  columns: atom('\\mathrm{columns}'),
  eps: atom('\\varepsilon'),
  anneal: atom('\\mathcal N\\left(0, t^{-0.55}\\right)'),
  t: atom('t'),
  lr: atom('\\lambda'),
  T: atom('T'),
  ld: atom('\\mathrm{ld}'),
  cd: { render: (_, [n]) => `\\mathrm{cd}_{${n}}` },
  rd: { render: (_, [n]) => `\\mathrm{rd}_{${n}}` },
  add: { render: ([x, y]) => `${x} + ${y}`, level: L.sum, needs: [L.sum, L.sum] },
  sub: { render: ([x, y]) => `${x} - ${y}`, level: L.sum, needs: [L.sum, L.product] },
  mul: { render: ([x, y]) => `${x} \\cdot ${y}`, level: L.product, needs: [L.product, L.power] },
  div: { render: ([x, y]) => `\\frac{${x}}{${y}}`, level: L.power },
  neg: { render: ([x]) => `-${x}`, level: L.sum, needs: [L.product] },
  pow: { render: ([x, y]) => `${x}^{${y}}`, level: L.power, needs: [L.atom, 0] },
  exp: { render: ([x]) => `e^{${x}}`, level: L.power },
  log: { render: ([x]) => `\\ln\\left(${x}\\right)` },
  sqrt: { render: ([x]) => `\\sqrt{${x}}` },
  tanh: { render: ([x]) => `\\tanh\\left(${x}\\right)` },
  cos: { render: ([x]) => `\\cos\\left(${x}\\right)` },
  abs: { render: ([x]) => `\\left|${x}\\right|` },
  sign: called('sign'),
  clip: called('clip'),
  min: { render: ([x, y]) => `\\min\\left(${x}, ${y}\\right)` },
  max: { render: ([x, y]) => `\\max\\left(${x}, ${y}\\right)` },
  lt: { render: ([x, y]) => `${x} < ${y}`, level: L.comparison, needs: [L.sum, L.sum] },
  le: { render: ([x, y]) => `${x} \\le ${y}`, level: L.comparison, needs: [L.sum, L.sum] },
  where: {
    render: ([c, x, y]) =>
      `\\begin{cases} ${x} & \\text{if } ${c} \\\\ ${y} & \\text{otherwise} \\end{cases}`,
  },
  ema: indexed('ema'),
  acc: indexed('acc'),
  prev: called('prev'),
  rec: { render: ([init, x]) => `\\operatorname{rec}_{${init}}\\left(${x}\\right)` },
  self: atom('\\mathrm{self}'),
  sum: called('sum'),
  mean: called('mean'),
  norm: { render: ([x]) => `\\left\\lVert ${x} \\right\\rVert` },
  rms: called('rms'),
  amax: { render: ([x]) => `\\left\\lVert ${x} \\right\\rVert_\\infty` },
  'global sum': called('sum', ALL),
  'global mean': called('mean', ALL),
  'global norm': { render: ([x]) => `\\left\\lVert ${x} \\right\\rVert${ALL}` },
  'global rms': called('rms', ALL),
  'global amax': { render: ([x]) => `\\left\\lVert ${x} \\right\\rVert_{\\infty,\\mathrm{all}}` },
  eval: { render: ([rule, x]) => `${rule};\\quad \\mathrm{eval}: ${x}` },
  rowsum: called('rowsum'),
  rowmean: called('rowmean'),
  rownorm: called('rownorm'),
  rowrms: called('rowrms'),
  rowamax: called('rowamax'),
  colsum: called('colsum'),
  colmean: called('colmean'),
  colnorm: called('colnorm'),
  colrms: called('colrms'),
  colamax: called('colamax'),
  orth: called('orth'),
  kinds: {
    render: (rules) => {
      const names = [rules.length > 2 ? 'matrices' : 'matrices, embeddings', 'vectors', 'embeddings'];
      const cases = rules.map((rule, i) => `${rule} & \\text{${names[i]}}`);
      return `\\begin{cases} ${cases.join(' \\\\ ')} \\end{cases}`;
    },
  },
  noise: atom('\\mathcal N\\left(0, 1\\right)'),
  drop: called('drop'),
};

/** Writes the expression as LaTeX mathematics, without dollar signs: `e^{…}`, `\frac{…}{…}`, `\hat m`. */
export function latexRule(e: Expression): string {
  if (e.kind === 'literal') return latexNumber(e.value);
  const latex = LATEX[operationOf(e).name];
  if (e.kind === 'leaf') return latex.render([], []);
  const args = e.args.map((arg, i) => {
    const text = latexRule(arg);
    return level(arg) < (latex.needs?.[i] ?? 0) ? `\\left(${text}\\right)` : text;
  });
  return latex.render(args, e.parameters.map(latexNumber));
}

function level(e: Expression): number {
  if (e.kind !== 'literal') return LATEX[operationOf(e).name].level ?? L.atom;
  const negative = e.value < 0 || Object.is(e.value, -0);
  if (negative) return L.sum;
  return printNumber(e.value).includes('e') ? L.product : L.atom;
}

/** `1e-4` as `10^{-4}`, `2.5e-7` as `2.5 \cdot 10^{-7}`. */
function latexNumber(value: number): string {
  const [mantissa, exponent] = printNumber(value).split('e');
  if (exponent === undefined) return mantissa as string;
  const power = `10^{${exponent}}`;
  if (mantissa === '1') return power;
  return mantissa === '-1' ? `-${power}` : `${mantissa} \\cdot ${power}`;
}
