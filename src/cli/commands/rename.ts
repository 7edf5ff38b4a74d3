import type { Command } from '../command.ts';
import { withStore } from '../store.ts';

export const renameCommand: Command = {
  name: 'rename',
  summary: 'give a run another name',
  arguments: '<run> <new>',
  options: ['store'],
  example: 'nos rename quick-1 with-noise',
  async run({ arguments: [run = '', to = ''], places }) {
    const { checkRunName } = await import('../../run/index.ts');
    checkRunName(to);
    await withStore(places, (store) => store.renameRun(run, to));
    return { document: { run: to, renamedFrom: run }, text: `run '${run}' is now '${to}'` };
  },
};
