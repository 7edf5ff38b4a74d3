import type { Command, Context } from '../command.ts';
import { driveRun } from '../drive.ts';
import { dryRun } from '../dry-run.ts';
import { runConfigOf } from '../run-config.ts';
import { withStore } from '../store.ts';

export const searchCommand: Command = {
  name: 'search',
  summary: 'search for update rules: live progress, a leaderboard at the end',
  options: [
    'preset',
    'task',
    'space',
    'iterations',
    'constraints',
    'operands',
    'unary',
    'binary',
    'strategy',
    'algorithm',
    'option',
    'warmStart',
    'protocol',
    'environment',
    'samples',
    'batch',
    'pipeline',
    'workers',
    'redis',
    'seed',
    'run',
    'dryRun',
    'log',
    'logLevel',
    'metrics',
    'store',
    'data',
  ],
  example: 'nos search --preset quick\nnos search --task digits-mlp --samples 50 --run first',
  stopsGracefully: true,
  async run(context) {
    const config = await runConfigOf(context.settings);
    if (context.settings.dryRun) return dryRun(context, config);
    const { startRun } = await import('../../run/index.ts');
    const name = context.settings.run ?? (await freshName(context));
    return driveRun(context, { name, config, go: (services) => startRun(name, config, services) });
  },
};

/** `quick-1`, `quick-2`, …: the preset or the space, and the first number that is free in the store. */
async function freshName({ settings, places }: Context): Promise<string> {
  const base = settings.preset ?? (settings.space ?? 'run').replace('/', '-');
  const runs = await withStore(places, (store) => store.listRuns());
  const taken = new Set(runs.map((run) => run.name));
  let number = 1;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
