import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import * as f from '../../fields.ts';
import { packageFolder } from '../../package-folder.ts';
import { shellWord } from '../../shell.ts';
import { taskTemplates, templateFiles } from '../../tasks/index.ts';
import { defineCommand } from '../command.ts';
import { writeFiles, wroteText } from '../files.ts';
import { flag, text } from '../option.ts';

const document = z.strictObject({
  folder: f.text('absolute path of the folder'),
  template: f.text('name of the template'),
  files: f.files,
});

export const command = defineCommand({
  documents: { init: document },
  arguments: '<dir>',
  takesPaths: true,
  options: {
    template: text('what to write', {
      ...{ value: 'TEMPLATE', source: 'flag', names: () => taskTemplates.entries.map(({ name }) => name) },
    }).default('javascript'),
    force: flag('write into a folder that is not empty, over files of the same names'),
  },
  example:
    'nos init my-task\nnos init my-task --template typescript\nnos init my-training --template pytorch',
  async run({ arguments: [dir = ''], settings, call }) {
    const template = taskTemplates.find(settings.template);
    const folder = resolve(dir);
    if (!settings.force) await checkEmpty(folder, dir);
    const search = call(
      `nos search --task ./${template.task} ${template.search} --run first --store runs.db`,
    );
    // A path from here does not hold in the folder.
    const files = await templateFiles(template, search.replace(/^bin\/nos/, `node ${shellWord(PROGRAM)}`));
    await writeFiles(folder, files);
    if (template.imports) await linkPackage(folder);
    return {
      document: { folder, template: template.name, files: Object.keys(files) },
      text: `${wroteText(files, dir)}\nnext: cd ${shellWord(dir)}, and what README.md says`,
    };
  },
});

const PROGRAM = fileURLToPath(new URL('bin/nos', packageFolder));

/** @throws NosError `bad-option` for a folder that holds something, or a file. */
async function checkEmpty(folder: string, dir: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = await readdir(folder).catch(() => undefined);
  if (names?.length === 0) return;
  const what = names === undefined ? 'it is no folder' : 'the folder is not empty';
  throw new NosError(
    'bad-option',
    `${dir}: ${what}`,
    'name a new one, or add --force to write into a folder',
  );
}

/** Lets modules in the folder import this package, as if it were installed there. */
async function linkPackage(folder: string): Promise<void> {
  const link = join(folder, 'node_modules', 'neural-optimizer-search');
  if (existsSync(link)) return;
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await symlink(fileURLToPath(packageFolder), link, 'junction');
}
