import type { ExportSource, Target } from '../target.ts';
import { madeBy, numberText } from '../text.ts';

const text = (): string => '';

/** The update as a formula, for a paper. */
export const latex: Target = {
  name: 'latex',
  title: 'LaTeX',
  description: 'the update as an equation',
  extension: 'tex',
  text,
  write: ({ latex: formula, command }) =>
    [
      ...madeBy('%', command, 100),
      '\\begin{equation}',
      `  w \\leftarrow w - \\lambda \\cdot ${bracketed(formula)}`,
      '\\end{equation}',
      '',
    ].join('\n'),
};

/** The rule on one page, for people. */
export const markdown: Target = {
  name: 'markdown',
  title: 'Markdown',
  description: 'formula, constants and text of the rule on one page',
  extension: 'md',
  text,
  write: writeMarkdown,
};

/** A sum is bracketed behind a factor. */
const bracketed = (formula: string): string => `\\left(${formula}\\right)`;

function writeMarkdown({
  title,
  latex: formula,
  rule,
  definitions,
  source,
  plan,
  advice,
  command,
}: ExportSource): string {
  const ofTensor = plan.states.filter((name) => plan.perTensor.has(name)).length;
  const rows = plan.parameters.map(
    ({ name, value, description }) => `| \`${name}\` | ${numberText(value, '').text} | ${description} |`,
  );
  return [
    `# ${title.replace(/, as an optimizer\.$/, '')}`,
    '',
    '$$',
    `w \\leftarrow w - \\lambda \\cdot ${bracketed(formula)}`,
    '$$',
    '',
    '```text',
    rule,
    '```',
    '',
    ...(definitions.length > 0
      ? [...definitions.map((line) => `* \`${line.replace(/(?: =|:) /, '`: ')}`), '']
      : []),
    ...(source ? [`Source: ${source}.`, ''] : []),
    ...advice.flatMap((line) => [line, '']),
    ...(rows.length > 0 ? ['| constant | value | |', '|---|---|---|', ...rows, ''] : []),
    `State tensors per weight: ${plan.states.length - ofTensor}.${ofTensor > 0 ? ` Numbers kept per tensor: ${ofTensor}.` : ''}`,
    '',
    `Made by \`${command}\`.`,
    '',
  ].join('\n');
}
