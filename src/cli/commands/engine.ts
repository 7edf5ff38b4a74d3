import type { Command } from '../command.ts';
import { prepareEngine } from '../engine.ts';

export const engineFetchCommand: Command = {
  name: 'engine fetch',
  summary: 'download the engine, which whatever trains does by itself',
  options: ['from'],
  example: 'nos engine fetch\nnos engine fetch --from onnxruntime-node-1.30.0.tgz',
  stopsGracefully: true,
  async run(context) {
    const { ENGINE } = await import('../../engine/index.ts');
    const { folder, source } = await prepareEngine(context, context.settings.from);
    const how = source === 'present' ? 'was here already' : `fetched from ${source}`;
    return {
      document: { name: 'onnxruntime', version: ENGINE.version, source, directory: folder },
      text: `onnxruntime ${ENGINE.version}: ${how}, in ${folder}`,
    };
  },
};
