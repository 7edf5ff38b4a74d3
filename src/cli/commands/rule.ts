import * as z from 'zod';
import { identityOf } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { exportCommandText, pairs, plural } from '../../report/index.ts';
import * as rules from '../../rules/index.ts';
import { defineCommand } from '../command.ts';

const ruleDocument = z.strictObject({
  text: f.text('the rule as text'),
  canonical: f.text('canonical text'),
  key: f.key,
  latex: f.text('the rule as LaTeX'),
  slots: f.count('state tensors per weight'),
  slotsPerTensor: f.count('numbers kept per tensor'),
  flopsPerWeight: f.number('floating-point operations per weight and step, approximately'),
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
    const { slots, slotsPerTensor, flopsPerWeight } = rules.ruleCost(rule);
    const names = rules.namesOf(key);
    const document = {
      text: rules.printRule(rule),
      ...{ canonical, key },
      latex: rules.latexRule(rule),
      ...{ slots, slotsPerTensor },
      flopsPerWeight,
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
    ['memory', memoryOf(rule)],
    ['arithmetic', `${plural(rule.flopsPerWeight, 'operation')} per weight and step`],
    ['names', rule.names.join(', ') || 'none in the catalogue'],
    ...rule.remarks.map((remark): [string, string] => ['remark', remark]),
  ];
  return pairs(rows, columns);
}

/** `2 slots per weight and 1 number per tensor`. */
function memoryOf({ slots, slotsPerTensor }: f.DataOf<typeof ruleDocument>): string {
  const parts = [
    ...(slots === 0 ? [] : [`${plural(slots, 'slot')} per weight`]),
    ...(slotsPerTensor === 0 ? [] : [`${plural(slotsPerTensor, 'number')} per tensor`]),
  ];
  return parts.join(' and ') || 'none';
}
