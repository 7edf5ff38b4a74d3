import { withoutHash } from '../evaluation/index.ts';
import { registry } from '../registry.ts';
import { landscapeOfTable } from './from-runs.ts';
import type { Landscape, LandscapeDefinition } from './landscape.ts';
import { parts } from './synthetic.ts';
import { digits } from './tabulated.ts';

/** Every landscape that has a name, in the order of tables. */
export const landscapes = registry<LandscapeDefinition>('landscape', [parts, digits]);

/** A landscape by its name, or by the reference of a table. */
export function findLandscape(name: string): LandscapeDefinition {
  return withoutHash(name) === name ? landscapes.find(name) : landscapeOfTable(name);
}

/** A table is the same for every seed, and takes as long to read as hundreds of proposals. */
const opened = new Map<string, Promise<Landscape>>();

/** Opens a landscape; one of a table once per process. */
export function openLandscape(name: string, seed: number): Promise<Landscape> {
  if (withoutHash(name) === name) return landscapes.find(name).open(seed);
  const known = opened.get(name) ?? landscapeOfTable(name).open(seed);
  opened.set(name, known);
  return known;
}
