import type { Command } from '../command.ts';
import { table } from '../text/table.ts';

export const rulesCommand: Command = {
  name: 'rules',
  summary: 'list the catalogue of named rules',
  options: [],
  example: 'nos rules',
  async run({ stdout }) {
    const { catalogue } = await import('../../rules/index.ts');
    const rules = catalogue.map(({ name, title, text, source }) => ({ name, title, text, source }));
    const columns = [
      { title: 'name', cell: (rule: (typeof rules)[number]) => rule.name, paint: stdout.colours.bold },
      { title: 'rule', cell: (rule: (typeof rules)[number]) => rule.text, flexible: true },
    ];
    return { document: { rules }, text: table(rules, columns, stdout.columns) };
  },
};
