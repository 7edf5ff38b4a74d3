import { protocols } from '../../evaluation/index.ts';
import { listCommand } from '../named-list.ts';

export const command = listCommand('nos protocols', { protocols });
