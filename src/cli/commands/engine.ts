import * as z from 'zod';
import { ENGINE } from '../../engine/index.ts';
import * as f from '../../fields.ts';
import { defineCommand } from '../command.ts';
import { fromPlace } from '../options.ts';
import { prepareOnnxruntime } from '../prepare.ts';

const document = z.strictObject({
  name: z.literal('onnxruntime').describe('name of the engine'),
  version: f.text('version of the engine'),
  source: f.source,
  directory: f.text('path of the engine'),
});

export const command = defineCommand({
  documents: { 'engine fetch': document },
  options: { from: fromPlace('the archive, as a file or a URL', "npm's registry") },
  example: 'nos engine fetch\nnos engine fetch --from onnxruntime-node-1.30.0.tgz',
  stopsGracefully: true,
  async run(context) {
    const { folder, source } = await prepareOnnxruntime(context, context.settings.from);
    const how = source === 'present' ? 'was here already' : `fetched from ${source}`;
    return {
      document: { name: 'onnxruntime' as const, version: ENGINE.version, source, directory: folder },
      text: `onnxruntime ${ENGINE.version}: ${how}, in ${folder}`,
    };
  },
});
