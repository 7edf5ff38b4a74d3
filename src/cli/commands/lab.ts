import { once } from 'node:events';
import { resolve } from 'node:path';
import * as z from 'zod';
import * as f from '../../fields.ts';
import { exportSite, serveLab } from '../../lab/index.ts';
import { plural } from '../../report/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { integer, text } from '../option.ts';
import { Interruption } from '../process.ts';

const document = z.strictObject({
  url: f.text('address of the page; null with `--export`').nullable(),
  folder: f
    .text('absolute path of the folder that the site was written to; null without `--export`')
    .nullable(),
  files: f.files,
  bytes: f.count('size of these files together'),
});

const options = {
  export: text('write the lab as a static site, for any web server', {
    ...{ value: 'DIR', source: 'flag', path: true, otherwise: 'serve it' },
  }).optional(),
  port: integer('port on 127.0.0.1; 0 takes a free one', {
    minimum: 0,
    maximum: 65_535,
    source: 'flag',
  }).default(8471),
};

export const command = defineCommand({
  documents: { lab: document },
  options,
  example: 'nos lab --export lab\nnos lab --port 0',
  stopsGracefully: true,
  async run(context) {
    const { settings } = context;
    if (settings.export === undefined) return serve(context, settings.port);
    const folder = resolve(settings.export);
    const written = await exportSite(folder);
    const size = (written.bytes / 1e6).toFixed(1);
    return {
      document: { url: null, folder, ...written },
      text: `wrote ${plural(written.files.length, 'file')}, ${size} MB, to ${settings.export}\nnext: serve the folder, as in: npx serve ${settings.export}`,
    };
  },
});

/** Serves until Ctrl-C. */
async function serve({ signal, stderr, underWay }: Context, port: number) {
  const server = await serveLab(port);
  stderr.note(`the rule lab is at ${server.url} until Ctrl-C`);
  await underWay(async () => {
    if (!signal.aborted) await once(signal, 'abort');
  });
  server.close();
  return {
    document: { url: server.url, folder: null, files: [], bytes: 0 },
    text: 'the rule lab has ended',
    exitCode: signal.reason instanceof Interruption ? signal.reason.exitCode : 0,
  };
}
