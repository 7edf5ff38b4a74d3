import type { Point } from './chart.ts';
import { contourChart } from './contour-chart.ts';

/** A function of the plane with its known properties. */
export interface PlaneFunction {
  readonly value: (at: readonly number[]) => number;
  /** Least value. */
  readonly least: number;
  /** All points of the least value. */
  readonly minima: readonly (readonly number[])[];
  readonly start: readonly number[];
  /** Part of the plane that the picture shows. */
  readonly bounds: readonly [x: readonly [number, number], y: readonly [number, number]];
}

export interface TrajectoryPanel {
  readonly title: string;
  readonly trajectory: { readonly points: readonly (readonly number[])[] };
}

export interface TrajectoryTitles {
  readonly title: string;
  readonly subtitle: string;
}

/** Values nearer than this to the least one are drawn alike, as a logarithm has no 0. */
const FLOOR = 1e-2;
/** Contours per decade. */
const DENSITY = 2;

/**
 * Draws trajectories on the contours of their function, a panel for each, as SVG text. Contours are logarithmic in the excess
 * over the least value.
 */
export function trajectoryChart(
  landscape: PlaneFunction,
  panels: readonly TrajectoryPanel[],
  { title, subtitle }: TrajectoryTitles,
): string {
  const [x, y] = landscape.bounds;
  const height = heightOver(landscape);
  const pairs = (points: readonly (readonly number[])[]) => points.map(pairOf);
  return contourChart({
    title,
    subtitle,
    x: { label: 'x', domain: x },
    y: { label: 'y', domain: y },
    surface: height,
    levels: levelsWithin(height, landscape.bounds),
    panels: panels.map(({ title, trajectory }) => ({ title, path: thinned(pairs(trajectory.points), x, y) })),
    landmarks: [
      { name: 'start', symbol: 'circle', points: pairs([landscape.start]) },
      {
        name: landscape.minima.length === 1 ? 'minimum' : 'minima',
        symbol: 'star',
        points: pairs(landscape.minima),
      },
    ],
  });
}

/** The height of the landscape: log10 of the excess over the least value, and of {@link FLOOR} below that. */
export function heightOver({ value, least }: PlaneFunction): (...at: Point) => number {
  return (...at) => Math.log10(Math.max(value(at) - least, FLOOR));
}

const pairOf = ([x = Number.NaN, y = Number.NaN]: readonly number[]): Point => [x, y];

/** The halves of decades that the function takes within its bounds, found on a grid. */
export function levelsWithin(
  height: (x: number, y: number) => number,
  [x, y]: PlaneFunction['bounds'],
): readonly number[] {
  const GRID = 60;
  const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * i) / GRID;
  const places = Array.from({ length: GRID + 1 }, (_, i) => i);
  const heights = places.flatMap((i) => places.map((j) => height(at(x, i), at(y, j))));
  const first = Math.ceil(DENSITY * Math.max(Math.min(...heights), Math.log10(2 * FLOOR)));
  const last = Math.floor(DENSITY * Math.max(...heights));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) / DENSITY);
}

/** Drops points that are nearer to the last one kept than anybody could see: a thousandth of the picture. */
function thinned(
  path: readonly Point[],
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): readonly Point[] {
  const kept: Point[] = [];
  for (const [i, [x, y]] of path.entries()) {
    const [lastX, lastY] = kept.at(-1) ?? [Number.POSITIVE_INFINITY, 0];
    const moved = Math.hypot((x - lastX) / (right - left), (y - lastY) / (top - bottom));
    if (moved > 1e-3 || i === path.length - 1) kept.push([x, y]);
  }
  return kept;
}
