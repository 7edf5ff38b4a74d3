import {
  extendRun,
  type RunConfig,
  readOutcome,
  refusePulled,
  resumeRun,
  takeMended,
} from '../../run/index.ts';
import { shellWord } from '../../shell.ts';
import type { RunRecord } from '../../store/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { evaluatingOptions, outletOptions, settings } from '../options.ts';
import { reportRun, type SearchReport, searchDocument } from '../run-report.ts';
import { runSearch } from '../run-search.ts';

export const command = defineCommand({
  documents: { resume: searchDocument },
  arguments: '<run>',
  options: {
    samples: settings.samples.optional(),
    timeout: settings.timeout.optional(),
    metrics: settings.metrics.optional(),
    ...outletOptions,
    ...evaluatingOptions,
  },
  example: 'nos resume quick-1\nnos resume quick-1 --samples 300\nnos resume quick-1 --timeout 10m',
  stopsGracefully: true,
  async run(context) {
    const [name = ''] = context.arguments;
    const { record, config } = await withStore(context.places, async (store) => ({
      record: await store.run(name),
      config: await takeMended(store, name),
    }));
    refusePulled(name, config);
    // Samples of a file or of the environment are for new runs.
    const asked = context.sourceOf('samples') === 'flag' ? context.settings.samples : undefined;
    const samples = asked ?? config.samples;
    const planned = { name, config: { ...config, samples }, record };
    if (samples !== config.samples) {
      return runSearch(context, { ...planned, go: (services) => extendRun(name, samples, services) });
    }
    if (record.status === 'finished') return finished(record, config, context);
    return runSearch(context, { ...planned, go: (services) => resumeRun(name, services) });
  },
});

/** The result of a finished run, and how to go on all the same. */
async function finished(record: RunRecord, config: RunConfig, context: Context): Promise<SearchReport> {
  const { name: run, told, fingerprint, version, seconds } = record;
  const more = context.call(`nos resume ${shellWord(run)} --samples ${2 * config.samples}`);
  context.stderr.note(`run '${run}' is finished already; to extend it: ${more}`);
  const outcome = await withStore(context.places, (store) => readOutcome(store, run));
  const result = { run, status: 'finished', told, ...outcome } as const;
  return reportRun({ result, config, fingerprint, version, seconds }, context);
}
