import { environments } from '../../evaluation/index.ts';
import { listCommand } from '../named-list.ts';

export const command = listCommand('nos environments', { environments });
