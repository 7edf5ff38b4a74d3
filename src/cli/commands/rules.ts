import { type Column, table } from '../../report/index.ts';
import type { Command } from '../command.ts';

export const rulesCommand: Command = {
  name: 'rules',
  summary: 'list the catalogue of named rules',
  options: [],
  example: 'nos rules',
  async run({ stdout }) {
    const { catalogue } = await import('../../rules/index.ts');
    const rules = catalogue.map(({ name, title, text, source }) => ({ name, title, text, source }));
    const columns: readonly Column<(typeof rules)[number]>[] = [
      { title: 'name', cell: (rule) => rule.name, paint: stdout.colours.bold },
      { title: 'rule', cell: (rule) => rule.text },
      { title: 'what', cell: (rule) => rule.title, flexible: true },
    ];
    return { document: { rules }, text: table(rules, columns, stdout.columns) };
  },
};
