import { type Column, table } from '../../report/index.ts';
import { catalogue } from '../../rules/index.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  options: {},
  example: 'nos rules',
  async run({ stdout }) {
    const rules = catalogue.map(({ name, title, text, source }) => ({ name, title, text, source }));
    const columns: readonly Column<(typeof rules)[number]>[] = [
      { title: 'name', cell: (rule) => rule.name, paint: stdout.colours.bold },
      { title: 'rule', cell: (rule) => rule.text },
      { title: 'what', cell: (rule) => rule.title, flexible: true },
    ];
    return { document: { rules }, text: table(rules, columns, stdout.columns) };
  },
});
