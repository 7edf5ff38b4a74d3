import type { Command, Context } from '../command.ts';
import { driveRun } from '../drive.ts';
import { dryRun } from '../dry-run.ts';
import { DEFAULT_STRATEGY } from '../presets.ts';
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
    'timeout',
    'dryRun',
    'log',
    'logLevel',
    'metrics',
    'store',
    'data',
  ],
  example:
    'nos search --preset quick\nnos search --task digits-mlp --samples 50 --run first\nnos search --task digits-mlp --samples 1000 --timeout 10m',
  stopsGracefully: true,
  async run(context) {
    const config = await runConfigOf(context.settings);
    if (context.settings.dryRun) return dryRun(context, config);
    const { checkRunName, startRun } = await import('../../run/index.ts');
    const name = context.settings.run ?? (await freshName(context));
    checkRunName(name);
    if (context.settings.strategy === undefined) context.stderr.note(DEFAULT_NOTE);
    return driveRun(context, { name, config, go: (services) => startRun(name, config, services) });
  },
};

const DEFAULT_NOTE = `strategy ${DEFAULT_STRATEGY} (the default: best in the comparison of docs/strategies.md; --strategy rl is the paper's)`;

/** `quick-1`, `quick-2`, …: the preset or the space, and the first number that is free in the store. */
async function freshName({ settings, places }: Context): Promise<string> {
  const base = settings.preset ?? (settings.space ?? 'run').replace('/', '-');
  const runs = await withStore(places, (store) => store.listRuns());
  const taken = new Set(runs.map((run) => run.name));
  let number = 1;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
