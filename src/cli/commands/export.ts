import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import { classNameOf, exportRule, exportTest, type Target, targets } from '../../export/index.ts';
import * as f from '../../fields.ts';
import { exportCommandText, learningRateTexts, shortRules } from '../../report/index.ts';
import {
  canonicalize,
  catalogue,
  type Expression,
  printRule,
  resolveRule,
  ruleKey,
} from '../../rules/index.ts';
import { defineCommand, type Places } from '../command.ts';
import { withStore, writeFiles } from '../files.ts';
import { flag, number, splitList, text } from '../option.ts';
import { outputPath, storeOption } from '../options.ts';

const ALL = 'all';

const document = z.strictObject({
  rule: f.text('the rule as text'),
  className: f.text('name of the class, or of the functions'),
  exports: f.list(
    z.strictObject({
      target: f.text('what the text is for: `pytorch`, `numpy`, …'),
      file: f.text('the file that was written').nullable(),
      text: f.text('the whole text'),
      test: z
        .strictObject({ file: f.text('the file of the test'), text: f.text('its text') })
        .nullable()
        .describe('the test beside it; null without `--with-test`'),
    }),
    'one per target',
  ),
  refused: f.list(
    z.strictObject({
      target: f.text('a target that cannot write the rule'),
      reason: f.text('what it lacks'),
    }),
    'with `--to all`, the targets that are left out',
  ),
});

export const command = defineCommand({
  documents: { export: document },
  arguments: '<rule>',
  options: {
    to: text(`what to write it for: ${targets.names.join(', ')}, or ${ALL}; several with commas in between`, {
      ...{ value: 'TARGET', source: 'flag', joins: true, names: () => [...targets.names, ALL] },
    }).optional(),
    output: outputPath('the file to write; a folder for several targets', { otherwise: 'stdout' }).optional(),
    name: text('the name of the class', { source: 'flag', otherwise: "made of the rule's" }).optional(),
    learningRate: number('the default learning rate of the optimizer', { source: 'flag' }).default(1e-3),
    withTest: flag('write a test beside it, which replays a recorded training'),
    ...storeOption,
  },
  example: 'nos export powersign --to pytorch\nnos export powersign --to all -o powersign',
  async run({ arguments: [given = ''], settings, places }) {
    const { name, learningRate, output, withTest } = settings;
    const chosen = targetsOf(settings.to);
    const several = chosen.length > 1;
    if (output === undefined && (several || withTest)) {
      const what = several
        ? '--to: several targets need a folder'
        : '--with-test: a test needs a file beside it';
      throw new NosError('bad-option', what, 'name one: --output exported');
    }
    const rule = resolveRule(given);
    const shown = catalogue.some((entry) => entry.name === given.trim()) ? given.trim() : printRule(rule);
    const short = (await shortRules())(printRule(rule));
    const className = name ?? classNameOf(rule);
    const advice = await adviceOn(rule, places);
    const refused: { target: string; reason: string }[] = [];
    const optionsFor = (target: Target) => ({ className, command: exportCommandText(shown, target.name) });
    const written = chosen.flatMap((target) => {
      const options = { ...optionsFor(target), text: short, learningRate, advice };
      try {
        return [{ target, exported: exportRule(rule, target.name, options) }];
      } catch (error) {
        if (!isAll(settings.to) || !(error instanceof NosError)) throw error;
        refused.push({ target: target.name, reason: error.message });
        return [];
      }
    });
    const exports = written.map(({ target, exported }) => {
      if (output === undefined) return { target: target.name, file: null, text: exported, test: null };
      const file = several ? join(resolve(output), fileOf(className, target)) : resolve(output);
      // If there are several targets, those get a test that can have one.
      const tested = withTest && (!several || target.writeTest !== undefined);
      const test = tested && {
        file: testFileOf(file, target),
        text: exportTest(rule, target.name, basename(file, extname(file)), optionsFor(target)),
      };
      return { target: target.name, file, text: exported, test: test || null };
    });
    const files = exports.flatMap(({ file, text, test }) => [
      ...(file ? [{ file, text }] : []),
      ...(test ? [test] : []),
    ]);
    for (const one of files) await writeFiles(dirname(one.file), { [basename(one.file)]: one.text });
    return {
      document: { rule: short, className, exports, refused },
      text:
        output === undefined
          ? exports[0]!.text.trimEnd()
          : [
              ...files.map(({ file }) => `wrote ${file}`),
              ...refused.map(({ target, reason }) => `left out ${target}: ${reason}`),
            ].join('\n'),
    };
  },
});

/** Learning rates that did well in the user's own trainings. */
async function adviceOn(rule: Expression, places: Places): Promise<readonly string[]> {
  if (!existsSync(places.store)) return [];
  const evaluations = await withStore(places, (store) =>
    store.evaluations({ key: ruleKey(canonicalize(rule)) }),
  );
  return learningRateTexts(evaluations);
}

function targetsOf(to: string | undefined): readonly Target[] {
  if (to === undefined) {
    throw new NosError(
      'bad-option',
      '--to: expected a target',
      `one of ${targets.names.join(', ')}, or ${ALL}`,
    );
  }
  return (isAll(to) ? targets.names : [...new Set(splitList(to))]).map((one) => targets.find(one));
}

const isAll = (to: string | undefined): boolean => to !== undefined && splitList(to).includes(ALL);

/** `powersign_pytorch.py`: two targets may have one extension. */
const fileOf = (className: string, { name, extension }: Target): string =>
  `${className.toLowerCase()}_${name}.${extension}`;

/** The usual name of a test: `test_x.py`, `x.test.js`, `test_x.c`. */
function testFileOf(file: string, { extension }: Target): string {
  const module = basename(file, extname(file));
  const names: Readonly<Record<string, string>> = { js: `${module}.test.js`, h: `test_${module}.c` };
  return join(dirname(file), names[extension] ?? `test_${module}.${extension}`);
}
