import { protocols } from '../../evaluation/index.ts';
import { listCommand } from '../named-list.ts';

export const command = listCommand('protocols', { protocols: [protocols, 'protocols of scoring'] });
