import { kindsParameters, ofAllKinds } from '../kinds.ts';
import type { KindsSource, Target } from '../target.ts';
import { madeBy, numberText } from '../text.ts';

const text = (): string => '';

/** What every formula can say. */
const abilities = { overNetwork: 'as others', readsOut: true } as const;

/** The update as a formula, for a paper. */
export const latex: Target = {
  name: 'latex',
  title: 'LaTeX',
  description: 'the update as an equation',
  extension: 'tex',
  ...abilities,
  text,
  write: writeLatex,
  writeKinds: writeLatex,
};

function writeLatex({ latex: formula, command }: Pick<KindsSource, 'latex' | 'command'>): string {
  return [
    ...madeBy('%', command, 100),
    '\\begin{equation}',
    `  ${equation(formula)}`,
    '\\end{equation}',
    '',
  ].join('\n');
}

/** The rule on one page, for people. */
export const markdown: Target = {
  name: 'markdown',
  title: 'Markdown',
  description: 'formula, constants and text of the rule on one page',
  extension: 'md',
  ...abilities,
  text,
  write: (source) => writeMarkdown(ofAllKinds(source)),
  writeKinds: writeMarkdown,
};

const READOUT = ';\\quad \\mathrm{eval}: ';

/** The step, and behind it what is read out; a sum is bracketed behind a factor. */
function equation(formula: string): string {
  const [update, readout] = formula.split(READOUT);
  const step = `w \\leftarrow w - \\lambda \\cdot \\left(${update}\\right)`;
  return readout === undefined ? step : `${step}, \\qquad \\mathrm{eval}: ${readout}`;
}

function writeMarkdown(source: KindsSource): string {
  const { title, latex: formula, rule, definitions, source: from, advice, command } = source;
  const rows = kindsParameters(source).map(
    ({ name, value, description }) => `| \`${name}\` | ${numberText(value, '').text} | ${description} |`,
  );
  return [
    `# ${title.replace(/, as an optimizer\.$/, '')}`,
    '',
    '$$',
    equation(formula),
    '$$',
    '',
    '```text',
    rule,
    '```',
    '',
    ...(definitions.length > 0
      ? [...definitions.map((line) => `* \`${line.replace(/(?: =|:) /, '`: ')}`), '']
      : []),
    ...(from ? [`Source: ${from}.`, ''] : []),
    ...advice.flatMap((line) => [line, '']),
    ...(rows.length > 0 ? ['| constant | value | |', '|---|---|---|', ...rows, ''] : []),
    ...source.parts.flatMap((part) => [memory(source, part), '']),
    `Made by \`${command}\`.`,
    '',
  ].join('\n');
}

const COUNTED = [
  ['tensor', 'per tensor'],
  ['row', 'per row'],
  ['column', 'per column'],
  ['network', 'for the network'],
] as const;

/** What is kept between steps. */
function memory({ parts }: KindsSource, { kinds, plan }: KindsSource['parts'][number]): string {
  const of = (extent: string): number =>
    plan.states.filter((name) => plan.extents.get(name) === extent).length;
  const more = COUNTED.flatMap(([extent, where]) =>
    of(extent) > 0 ? [` Numbers kept ${where}: ${of(extent)}.`] : [],
  );
  const which = parts.length > 1 ? ` (${kinds.join(', ')})` : '';
  return `State tensors per weight${which}: ${of('weight')}.${more.join('')}`;
}
