import { identityOf } from '../../evaluation/index.ts';
import { pairs, plural } from '../../report/index.ts';
import * as rules from '../../rules/index.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  arguments: '<rule>',
  options: {},
  example: "nos rule 'exp(sign(g) * sign(m)) * g'\nnos rule adam",
  async run({ arguments: [text = ''], stdout }) {
    const rule = rules.resolveRule(text);
    const { text: canonical, key } = identityOf(rule);
    const { slots, flopsPerWeight } = rules.ruleCost(rule);
    const names = rules.namesOf(key);
    const document = {
      text: rules.printRule(rule),
      ...{ canonical, key },
      latex: rules.latexRule(rule),
      slots,
      flopsPerWeight,
      names,
      remarks: rules.remarksOn(rule),
    };
    return { document, text: describe(document, stdout.columns) };
  },
});

interface RuleDocument {
  readonly text: string;
  readonly canonical: string;
  readonly key: string;
  readonly latex: string;
  readonly slots: number;
  readonly flopsPerWeight: number;
  readonly names: readonly string[];
  readonly remarks: readonly string[];
}

function describe(rule: RuleDocument, columns: number): string {
  const rows: [string, string][] = [
    ['rule', rule.text],
    ['canonical', rule.canonical],
    ['step', `w ← w − λ·(${rule.text})`],
    ['LaTeX', rule.latex],
    ['key', rule.key],
    ['memory', rule.slots === 0 ? 'none' : `${plural(rule.slots, 'slot')} per weight`],
    ['arithmetic', `${plural(rule.flopsPerWeight, 'operation')} per weight and step`],
    ['names', rule.names.join(', ') || 'none in the catalogue'],
    ...rule.remarks.map((remark): [string, string] => ['remark', remark]),
  ];
  return pairs(rows, columns);
}
