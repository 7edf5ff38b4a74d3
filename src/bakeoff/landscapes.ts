import { registry } from '../registry.ts';
import type { LandscapeDefinition } from './landscape.ts';
import { parts } from './synthetic.ts';
import { digits } from './tabulated.ts';

/** Every landscape, in the order of tables. */
export const landscapes = registry<LandscapeDefinition>('landscape', [parts, digits]);
