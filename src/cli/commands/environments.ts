import { environments } from '../../evaluation/index.ts';
import { listCommand } from '../named-list.ts';

export const command = listCommand('environments', {
  environments: [environments, 'numerical environments of training'],
});
