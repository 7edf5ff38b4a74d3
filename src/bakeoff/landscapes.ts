import { unknownName } from '../errors.ts';
import type { LandscapeDefinition } from './landscape.ts';
import { parts } from './synthetic.ts';
import { digits } from './tabulated.ts';

/** Every landscape, in the order of tables. */
export const landscapes: readonly LandscapeDefinition[] = [parts, digits];

/** @throws NosError `unknown-name`. */
export function findLandscape(name: string): LandscapeDefinition {
  const found = landscapes.find((landscape) => landscape.name === name);
  if (found) return found;
  throw unknownName(
    'landscape',
    name,
    landscapes.map((landscape) => landscape.name),
  );
}
