import * as z from 'zod';
import { identityOf } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { exportCommandText, pairs, plural } from '../../report/index.ts';
import * as rules from '../../rules/index.ts';
import { defineCommand } from '../command.ts';

const costs = {
  slots: f.count('state tensors per weight'),
  slotsPerTensor: f.count('numbers kept per tensor'),
  slotsPerNetwork: f.count('numbers kept for the whole network'),
  slotsPerRow: f.count('numbers kept per row of a tensor'),
  slotsPerColumn: f.count('numbers kept per column of a tensor'),
  flopsPerWeight: f.number('floating-point operations per weight and step, approximately'),
};

const ruleDocument = z.strictObject({
  text: f.text('the rule as text'),
  canonical: f.text('canonical text'),
  key: f.key,
  latex: f.text('the rule as LaTeX'),
  ...costs,
  byKind: z
    .array(z.strictObject({ kinds: z.array(z.enum(rules.KINDS)).describe('kinds of tensors'), ...costs }))
    .describe(
      'the costs for tensors of each kind, if the rule has rules of their own for them; above are those of matrices',
    ),
  names: f.names,
  remarks: f.texts('what is odd about the rule: it ignores the gradient, or its step is not finite'),
});

export const command = defineCommand({
  documents: { rule: ruleDocument },
  arguments: '<rule>',
  options: {},
  example: "nos rule 'exp(sign(g) * sign(m)) * g'\nnos rule adam",
  async run({ arguments: [text = ''], stdout, call }) {
    const rule = rules.resolveRule(text);
    const { text: canonical, key } = identityOf(rule);
    const byKind = rules.costsOf(rule).map(({ kinds, cost }) => ({ kinds: [...kinds], ...cost }));
    const names = rules.namesOf(key);
    const document = {
      text: rules.printRule(rule),
      ...{ canonical, key },
      latex: rules.latexRule(rule),
      ...rules.ruleCost(rule),
      byKind,
      names,
      remarks: rules.remarksOn(rule),
    };
    const next = call(exportCommandText(text.trim()));
    return { document, text: `${describe(document, stdout.columns)}\n\nnext:\n  ${next}` };
  },
});

function describe(rule: f.DataOf<typeof ruleDocument>, columns: number): string {
  const rows: [string, string][] = [
    ['rule', rule.text],
    ['canonical', rule.canonical],
    ['step', `w ← w − λ·(${rule.text})`],
    ['LaTeX', rule.latex],
    ['key', rule.key],
    ...rule.byKind.flatMap((cost): [string, string][] => [
      [`memory${kindsOf(cost)}`, memoryOf(cost)],
      [`arithmetic${kindsOf(cost)}`, `${plural(cost.flopsPerWeight, 'operation')} per weight and step`],
    ]),
    ['names', rule.names.join(', ') || 'none in the catalogue'],
    ...rule.remarks.map((remark): [string, string] => ['remark', remark]),
  ];
  return pairs(rows, columns);
}

type KindCost = f.DataOf<typeof ruleDocument>['byKind'][number];

const kindsOf = ({ kinds }: KindCost): string =>
  kinds.length === rules.KINDS.length ? '' : ` of ${kinds.join(' and ')}`;

/** `2 slots per weight and 1 number per tensor`. */
function memoryOf(cost: KindCost): string {
  const parts = [
    ...(cost.slots === 0 ? [] : [`${plural(cost.slots, 'slot')} per weight`]),
    ...(
      [
        [cost.slotsPerRow, 'per row'],
        [cost.slotsPerColumn, 'per column'],
        [cost.slotsPerTensor, 'per tensor'],
        [cost.slotsPerNetwork, 'for all'],
      ] as const
    ).flatMap(([count, of]) => (count === 0 ? [] : [`${plural(count, 'number')} ${of}`])),
  ];
  return parts.join(' and ') || 'none';
}
