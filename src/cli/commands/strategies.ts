import { algorithms } from '../../controller/index.ts';
import { strategies } from '../../search/index.ts';
import { listCommand } from '../named-list.ts';

export const command = listCommand('strategies', {
  strategies: [strategies, 'strategies of search'],
  algorithms: [algorithms, 'learning algorithms of strategy rl'],
});
