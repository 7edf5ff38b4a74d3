import { ENGINE } from '../../engine/index.ts';
import { defineCommand } from '../command.ts';
import { fromPlace } from '../options.ts';
import { prepareEngine } from '../prepare.ts';

export const command = defineCommand({
  options: { from: fromPlace('the archive, as a file or a URL', "npm's registry") },
  example: 'nos engine fetch\nnos engine fetch --from onnxruntime-node-1.30.0.tgz',
  stopsGracefully: true,
  async run(context) {
    const { folder, source } = await prepareEngine(context, context.settings.from);
    const how = source === 'present' ? 'was here already' : `fetched from ${source}`;
    return {
      document: { name: 'onnxruntime', version: ENGINE.version, source, directory: folder },
      text: `onnxruntime ${ENGINE.version}: ${how}, in ${folder}`,
    };
  },
});
