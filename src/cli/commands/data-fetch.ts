import * as z from 'zod';
import { dataSets } from '../../data/index.ts';
import * as f from '../../fields.ts';
import { defineCommand } from '../command.ts';
import { dataOption, fromPlace } from '../options.ts';
import { fetchDataSet } from '../prepare.ts';

const document = z.strictObject({
  name: f.text('name of the data set'),
  source: f.source,
  directory: f.text('path of the data'),
  state: f.oneOf(['present', 'missing', 'corrupt'], 'whether it is on this machine now'),
});

export const command = defineCommand({
  documents: { 'data fetch': document },
  arguments: '<dataset>',
  options: {
    from: fromPlace('the data from a file or a folder at hand, or from a URL', 'the official place'),
    ...dataOption,
  },
  example: 'nos data fetch cifar10',
  stopsGracefully: true,
  async run(context) {
    const { settings, places } = context;
    const [name = ''] = context.arguments;
    const source = await fetchDataSet(context, name, settings.from);
    const { state } = await dataSets.find(name).status(places.data);
    const how = source === 'present' ? 'was here already' : `fetched from ${source}`;
    return {
      document: { name, source, directory: places.data, state },
      text: `${name}: ${how}; verified, in ${places.data}`,
    };
  },
});
