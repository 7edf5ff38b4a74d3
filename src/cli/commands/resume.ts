import type { RunConfig } from '../../run/index.ts';
import { shellWord } from '../../shell.ts';
import type { RunRecord } from '../../store/index.ts';
import type { Command, Context, Result } from '../command.ts';
import { driveRun } from '../drive.ts';
import { logDefaults } from '../presets.ts';
import { reportRun } from '../run-report.ts';
import { withStore } from '../store.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'continue a stopped or killed run, to the same result, or extend a finished one',
  arguments: '<run>',
  options: ['samples', 'timeout', 'workers', 'redis', 'log', 'logLevel', 'metrics', 'store', 'data'],
  defaults: logDefaults,
  example: 'nos resume quick-1\nnos resume quick-1 --samples 300\nnos resume quick-1 --timeout 10m',
  stopsGracefully: true,
  async run(context) {
    const [name = ''] = context.arguments;
    const { extendRun, resumeRun, takeMended } = await import('../../run/index.ts');
    const { record, config } = await withStore(context.places, async (store) => ({
      record: await store.run(name),
      config: await takeMended(store, name),
    }));
    // Only what this very call sets: what a file or the environment say is for new runs.
    const asked = context.flags.includes('samples') ? context.settings.samples : undefined;
    const samples = asked ?? config.samples;
    if (samples !== config.samples) {
      return driveRun(context, {
        name,
        config: { ...config, samples },
        told: record.told,
        go: (services) => extendRun(name, samples, services),
      });
    }
    if (record.status === 'finished') return finished(record, config, context);
    return driveRun(context, {
      ...{ name, config, told: record.told },
      go: (services) => resumeRun(name, services),
    });
  },
};

/** The result of a run that is over, and how to go on all the same. */
async function finished(record: RunRecord, config: RunConfig, context: Context): Promise<Result> {
  const { readLeaderboard } = await import('../../run/index.ts');
  const { name: run, told, fingerprint, version, seconds } = record;
  const more = context.call(`nos resume ${shellWord(run)} --samples ${2 * config.samples}`);
  context.stderr.note(`run '${run}' is finished already; to extend it: ${more}`);
  const leaderboard = await withStore(context.places, (store) => readLeaderboard(store, run));
  const result = { run, status: 'finished', told, leaderboard } as const;
  return reportRun({ result, config, fingerprint, version, seconds }, context);
}
