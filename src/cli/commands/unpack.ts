import * as z from 'zod';
import * as f from '../../fields.ts';
import { plural, thousands } from '../../report/index.ts';
import { readRun, unpackRun } from '../../run/index.ts';
import { strategyReference } from '../../search/index.ts';
import { shellWord } from '../../shell.ts';
import { taskReference } from '../../tasks/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { described, text } from '../option.ts';
import { settings as all, storeOption, tasks } from '../options.ts';

const document = z.strictObject({
  run: f.text('name of the run here'),
  packedAs: f.text('name of the run in the file'),
  file: f.text('path of the file'),
  status: f.oneOf(['stopped', 'finished'], 'state of the run'),
  samples: f.count('proposals that the run makes in all'),
  told: f.count('proposals whose rewards the strategy was told'),
  evaluations: f.count('evaluations in the file'),
  known: f.count('evaluations of these that the store had already'),
});

export const command = defineCommand({
  documents: { unpack: document },
  arguments: '<file>',
  takesPaths: true,
  options: {
    as: text('another name for the run', { value: 'NAME', source: 'flag' }).optional(),
    task: described(tasks, {
      description:
        'the file of its task, a module or a task file, if it is one of your own; registered tasks need no naming',
    }).default([]),
    strategy: described(all.strategy, {
      description: 'the module of its strategy, if it is one of your own',
    }).optional(),
    ...storeOption,
  },
  example: 'nos unpack quick-1.run.gz\nnos unpack quick-1.run.gz --as quick-2',
  async run({ arguments: [file = ''], settings, places, call }) {
    const options = {
      as: settings.as,
      tasks: await Promise.all(settings.task.map(taskReference)),
      strategies: settings.strategy === undefined ? [] : [await strategyReference(settings.strategy)],
    };
    return withStore(places, async (store) => {
      const unpacked = await unpackRun(store, file, options);
      const { run, evaluations, known } = unpacked;
      const { config, told, status } = await readRun(store, run);
      const next =
        status === 'finished'
          ? `see it: ${call(`nos top ${shellWord(run)}`)}`
          : `go on with it: ${call(`nos ${config.pull ? 'ask' : 'resume'} ${shellWord(run)}`)}`;
      const here = known === 0 ? '' : `, ${thousands(known)} of which were here already`;
      return {
        document: {
          ...unpacked,
          file,
          status: status === 'finished' ? status : 'stopped',
          samples: config.samples,
          told,
        },
        text: `unpacked run '${run}': ${thousands(told)} of ${plural(config.samples, 'rule')} scored, ${plural(evaluations, 'evaluation')}${here}\n${next}`,
      };
    });
  },
});
