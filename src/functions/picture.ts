import { contourChart, type Point } from '../plot/index.ts';
import type { TestFunction } from './test-function.ts';
import type { Trajectory } from './trajectory.ts';

export interface TrajectoryPanel {
  readonly title: string;
  readonly trajectory: Trajectory;
}

export interface PictureText {
  readonly title: string;
  readonly subtitle: string;
}

/** What lies within so much of the least is one ground: a logarithm has no 0. */
const FLOOR = 1e-2;
/** Contours a decade. */
const DENSITY = 2;

/** Trajectories on the contours of their function, a panel each, as SVG text. Contours are logarithmic in the excess over the least. */
export function trajectoryPicture(
  testFunction: TestFunction,
  panels: readonly TrajectoryPanel[],
  { title, subtitle }: PictureText,
): string {
  const [x, y] = testFunction.bounds;
  const height = heightOver(testFunction);
  const pairs = (points: readonly (readonly number[])[]) => points.map(pairOf);
  return contourChart({
    title,
    subtitle,
    x: { label: 'x', domain: x },
    y: { label: 'y', domain: y },
    surface: height,
    levels: levelsWithin(height, testFunction.bounds),
    panels: panels.map(({ title, trajectory }) => ({ title, path: thinned(pairs(trajectory.points), x, y) })),
    landmarks: [
      { name: 'start', symbol: 'circle', points: pairs([testFunction.start]) },
      {
        name: testFunction.minima.length === 1 ? 'minimum' : 'minima',
        symbol: 'star',
        points: pairs(testFunction.minima),
      },
    ],
  });
}

/** log10 of the excess over the least, and of {@link FLOOR} below that. */
export function heightOver({ value, least }: TestFunction): (...at: Point) => number {
  return (...at) => Math.log10(Math.max(value(at) - least, FLOOR));
}

const pairOf = ([x = Number.NaN, y = Number.NaN]: readonly number[]): Point => [x, y];

/** The halves of decades that the function takes within its bounds, found on a grid. */
export function levelsWithin(
  height: (x: number, y: number) => number,
  [x, y]: TestFunction['bounds'],
): readonly number[] {
  const GRID = 60;
  const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * i) / GRID;
  const places = Array.from({ length: GRID + 1 }, (_, i) => i);
  const heights = places.flatMap((i) => places.map((j) => height(at(x, i), at(y, j))));
  const first = Math.ceil(DENSITY * Math.max(Math.min(...heights), Math.log10(2 * FLOOR)));
  const last = Math.floor(DENSITY * Math.max(...heights));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) / DENSITY);
}

/** Without points that are nearer to the last one kept than anybody could see: a thousandth of the picture. */
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
