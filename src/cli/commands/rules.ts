import * as z from 'zod';
import * as f from '../../fields.ts';
import { type Column, strong, table } from '../../report/index.ts';
import { catalogue } from '../../rules/index.ts';
import { defineCommand } from '../command.ts';

const document = z.strictObject({
  rules: f.list(
    z.strictObject({
      name: f.text('name in the catalogue'),
      title: f.text('what it is, in a line'),
      text: f.text('the rule as text'),
      source: f.text('where it was published'),
    }),
    'the catalogue',
  ),
});

export const command = defineCommand({
  documents: { rules: document },
  options: {},
  example: 'nos rules',
  async run({ stdout }) {
    const rules = catalogue.map(({ name, title, text, source }) => ({ name, title, text, source }));
    return { document: { rules }, text: table(rules, COLUMNS, stdout) };
  },
});

const COLUMNS: readonly Column<(typeof catalogue)[number]>[] = [
  { title: 'name', cell: (rule) => rule.name, paint: strong },
  { title: 'rule', cell: (rule) => rule.text },
  { title: 'what', cell: (rule) => rule.title, flexible: true },
];
