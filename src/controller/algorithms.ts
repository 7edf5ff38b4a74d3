import { registry } from '../registry.ts';
import type { AlgorithmDefinition } from './algorithm.ts';
import { ppo } from './ppo.ts';
import { reinforce } from './reinforce.ts';
import { trpo } from './trpo.ts';
import { trpoAdam } from './trpo-adam.ts';

/** The learning algorithms of the controller. */
export const algorithms = registry<AlgorithmDefinition>('algorithm', [trpo, trpoAdam, ppo, reinforce]);

/** The algorithm of strategy `rl` if nobody names another. */
export const DEFAULT_ALGORITHM = trpo.name;
