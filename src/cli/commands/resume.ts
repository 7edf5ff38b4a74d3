import type { Command } from '../command.ts';
import { driveRun } from '../drive.ts';
import { withStore } from '../store.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'continue a stopped or killed run, to the same result',
  arguments: '<run>',
  options: ['workers', 'redis', 'log', 'logLevel', 'metrics', 'store', 'data'],
  example: 'nos resume quick-1',
  stopsGracefully: true,
  async run(context) {
    const [name = ''] = context.arguments;
    const { resumeRun, takeMended } = await import('../../run/index.ts');
    const config = await withStore(context.places, (store) => takeMended(store, name));
    return driveRun(context, { name, config, go: (services) => resumeRun(name, services) });
  },
};
