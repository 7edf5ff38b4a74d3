import { resolve } from 'node:path';
import { NosError } from '../../errors.ts';
import { classNameOf, exportRule, targets } from '../../export/index.ts';
import { shortRules } from '../../report/index.ts';
import { catalogue, printRule, resolveRule } from '../../rules/index.ts';
import { shellWord } from '../../shell.ts';
import { defineCommand } from '../command.ts';
import { writeFiles, writeText } from '../files.ts';
import { number, splitList, text } from '../option.ts';
import { outputPath } from '../options.ts';

const ALL = 'all';

export const command = defineCommand({
  arguments: '<rule>',
  options: {
    to: text('what to write it for; several with commas in between', {
      ...{ value: 'TARGET', source: 'flag', joins: true, names: () => [...targets.names, ALL] },
    }).optional(),
    output: outputPath('the file to write; a folder for several targets', { otherwise: 'stdout' }).optional(),
    name: text('the name of the class', { source: 'flag', otherwise: "made of the rule's" }).optional(),
    learningRate: number('the default learning rate of the optimizer', { source: 'flag' }).default(1e-3),
  },
  example: 'nos export powersign --to pytorch\nnos export powersign --to all -o powersign',
  async run({ arguments: [given = ''], settings }) {
    const { name, learningRate, output } = settings;
    if (settings.to === undefined) {
      throw new NosError(
        'bad-option',
        '--to: expected a target',
        `one of ${targets.names.join(', ')}, or ${ALL}`,
      );
    }
    const to = splitList(settings.to);
    const chosen = (to.includes(ALL) ? targets.names : [...new Set(to)]).map((one) => targets.find(one));
    const rule = resolveRule(given);
    const shown = catalogue.some((entry) => entry.name === given.trim()) ? given.trim() : printRule(rule);
    const short = (await shortRules())(printRule(rule));
    const className = name ?? classNameOf(rule);
    const exports = chosen.map((target) => ({
      target: target.name,
      file:
        output === undefined
          ? null
          : resolve(output, ...(chosen.length > 1 ? [fileOf(className, target)] : [])),
      text: exportRule(rule, target.name, {
        ...{ text: short, className, learningRate },
        command: `nos export ${shellWord(shown)} --to ${target.name}`,
      }),
    }));
    if (output === undefined && exports.length > 1) {
      throw new NosError('bad-option', '--to: several targets need a folder', 'name one: --output exported');
    }
    if (output !== undefined && exports.length > 1)
      await writeFiles(
        output,
        Object.fromEntries(exports.map((one, i) => [fileOf(className, chosen[i]!), one.text])),
      );
    else if (output !== undefined) await writeText(output, exports[0]!.text);
    const written = exports.map(({ file }) => `wrote ${file}`).join('\n');
    return {
      document: { rule: short, className, exports },
      text: output === undefined ? exports[0]!.text.trimEnd() : written,
    };
  },
});

/** `powersign_pytorch.py`: two targets may have one extension. */
const fileOf = (
  className: string,
  { name, extension }: { readonly name: string; readonly extension: string },
): string => `${className.toLowerCase()}_${name}.${extension}`;
