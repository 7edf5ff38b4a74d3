import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod';
import * as f from '../../fields.ts';
import type { RuleJob } from '../../studio/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { evaluating } from '../evaluators.ts';
import type { SettingsOf } from '../option.ts';
import { flag, integer, text } from '../option.ts';
import { evaluatingOptions } from '../options.ts';
import { Interruption } from '../process.ts';

const document = z.strictObject({
  url: f.text('address of the pages, with the token if there is one'),
  store: f.text('path of the store'),
});

const PORT = 4680;

export const command = defineCommand({
  documents: { studio: document },
  arguments: '[run...]',
  options: {
    port: integer('port to listen on; 0: any that is free', { minimum: 0, source: 'flag' }).default(PORT),
    host: text('address that other machines reach, as 0.0.0.0; they need the token that is printed', {
      value: 'HOST',
      source: 'flag',
    }).optional(),
    open: flag('open it in the browser'),
    allowEvaluate: flag('let a page train rules of a run again, with more seeds'),
    ...evaluatingOptions,
  },
  example:
    'nos studio\nnos studio quick-1 --open\nnos studio rl-1 random-1 --port 0\nnos studio --allow-evaluate --workers 1',
  stopsGracefully: true,
  async run(context) {
    const { settings, places, signal, arguments: runs, stderr, underWay } = context;
    const { serveStudio } = await import('../../studio/index.ts');
    const { port, host } = settings;
    const evaluate = settings.allowEvaluate ? evaluatorOf(context) : undefined;
    const studio = await serveStudio({ store: places.store, port, host, runs, evaluate });
    stderr.note(`the studio is at ${studio.url} until Ctrl-C`);
    if (settings.open) openBrowser(studio.url, context);
    await underWay(async () => {
      if (!signal.aborted) await once(signal, 'abort');
      await studio.close();
    });
    return {
      document: { url: studio.url, store: places.store },
      text: 'the studio has ended',
      exitCode: signal.reason instanceof Interruption ? signal.reason.exitCode : 0,
    };
  },
});

/** Evaluates for the pages as `nos compare` does, with the settings of this command. */
const evaluatorOf =
  (context: Context<SettingsOf<typeof evaluatingOptions>>): RuleJob =>
  async ({ run, task, protocol, requests, signal, onDone }) => {
    const { evaluateAll } = await import('../../compare/index.ts');
    const work = { name: 'nos studio', tasks: [task], total: requests.length, protocol, run };
    let done = 0;
    await evaluating(context, work, (services) =>
      evaluateAll(requests, {
        ...services,
        signal: AbortSignal.any([signal, context.signal]),
        onEvent: (event) => {
          services.onEvent?.(event);
          if (event.type === 'started') done = event.stored;
          if (event.type === 'evaluated') done++;
          if (event.type !== 'progress') onDone(done);
        },
      }),
    );
  };

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', linux: 'xdg-open' };

function openBrowser(url: string, { stderr }: Context): void {
  const [program, args] =
    process.platform === 'win32'
      ? ['cmd', ['/c', 'start', '', url]]
      : [OPENERS[process.platform] ?? 'xdg-open', [url]];
  const child = spawn(program as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => stderr.note(`no browser could be opened: open ${url} yourself`));
  child.unref();
}
