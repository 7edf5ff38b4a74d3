import * as Plot from '@observablehq/plot';
import type { CurveDocument } from '../../src/studio/documents.ts';

const colour = (i: number): string => `var(--series-${(i % 7) + 1})`;

/** The known rule that everybody compares with. */
const USUAL = 'adam';

/**
 * Figure 4 of the paper, of one run or of several: rules as faint points, their moving average as a line, the best so far as steps, and
 * the best reference rule and Adam as levels.
 */
export function curveChart(curves: readonly CurveDocument[], width: number): SVGSVGElement | HTMLElement {
  const levels = levelsOf(curves);
  const alone = curves.length === 1;
  const last = Math.max(...curves.map(({ shown }) => shown.to), 1);
  const first = Math.min(...curves.map(({ shown }) => (shown.from === 1 ? 0 : shown.from)));
  return Plot.plot({
    width,
    height: Math.min(380, Math.max(240, width * 0.42)),
    marginLeft: 46,
    marginBottom: 42,
    marginRight: width < 500 ? 12 : 96,
    style: { background: 'none', fontFamily: 'inherit' },
    x: { label: 'rules proposed', labelOffset: 36, domain: [first, last], ticks: width / 90 },
    y: { label: labelOf(curves), nice: true, grid: true, ...scaleOf(curves) },
    marks: [
      ...curves.flatMap(({ points }, i) =>
        alone
          ? [Plot.dot(points, { x: '0', y: '1', render: (shown, _, at) => pointsMark(shown, at, colour(i)) })]
          : [],
      ),
      Plot.ruleY(levels, { y: 'reward', stroke: 'var(--faint)', strokeDasharray: '5 4' }),
      ...curves.map(({ average }, i) =>
        Plot.line(average, { x: '0', y: '1', stroke: colour(i), strokeWidth: 2 }),
      ),
      ...curves.map(({ best }, i) =>
        Plot.line(best, {
          x: '0',
          y: '1',
          stroke: colour(i),
          strokeWidth: 1.5,
          strokeDasharray: '1 3',
          curve: 'step-after',
        }),
      ),
      Plot.text(apart(levels, curves), {
        x: last,
        y: 'reward',
        text: 'name',
        textAnchor: width < 500 ? 'end' : 'start',
        dx: width < 500 ? 0 : 5,
        dy: width < 500 ? -6 : 0,
        fill: 'var(--faint)',
        frameAnchor: 'right',
      }),
    ],
  }) as SVGSVGElement;
}

/** Paths that points are spread over: where many lie over one another, it is darker. */
const LAYERS = 5;

/** Points as a few elements in the place of one for each, which are drawn again in a tenth of the time. */
function pointsMark(
  shown: ArrayLike<number>,
  { x = [], y = [] }: { readonly x?: ArrayLike<number>; readonly y?: ArrayLike<number> },
  stroke: string,
): SVGElement {
  const element = (name: string, attributes: Readonly<Record<string, string>>): SVGElement => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const look = {
    fill: 'none',
    stroke,
    'stroke-width': '3.2',
    'stroke-linecap': 'round',
    'stroke-opacity': '0.35',
  };
  const mark = element('g', look);
  for (let layer = 0; layer < LAYERS; layer++) {
    const places = Array.from(shown).filter((_, k) => k % LAYERS === layer);
    const d = places.map((i) => `M${Number(x[i]).toFixed(1)},${Number(y[i]).toFixed(1)}h0`).join('');
    mark.append(element('path', { d }));
  }
  return mark;
}

interface Level {
  readonly name: string;
  readonly reward: number;
}

/** Adam, and the best known rule if that is another. */
function levelsOf(curves: readonly CurveDocument[]): readonly Level[] {
  const known = curves[0]?.references.filter(({ reward }) => reward !== null) ?? [];
  return known
    .filter(({ name }, i) => i === 0 || name === USUAL)
    .map(({ name, reward }) => ({ name, reward: reward as number }));
}

/** A level of a picture that is nearer to another than this share of its height has its name there. */
const CLOSE = 0.05;

/** Those whose names would not be written over one another: the first of each that lie close. */
function apart(levels: readonly Level[], curves: readonly CurveDocument[]): readonly Level[] {
  const [first, second] = levels;
  if (first === undefined || second === undefined) return levels;
  const { type } = scaleOf(curves);
  const height = (value: number): number => (type === 'log' ? Math.log(value) : value);
  const all = [...valuesOf(curves), first.reward, second.reward].map(height);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (Math.abs(height(first.reward) - height(second.reward)) > CLOSE * (high - low)) return levels;
  return [{ name: `${first.name}, ${second.name}`, reward: first.reward }];
}

/** What a picture shows; of one run, its rules too. */
const valuesOf = (curves: readonly CurveDocument[]): readonly number[] =>
  curves
    .flatMap(({ points, average, best }) => [...(curves.length === 1 ? points : []), ...average, ...best])
    .map(([, value]) => value);

/** Scores of their own units may span decades, as losses of rules that nearly diverge do. */
const DECADES = 100;

function scaleOf(curves: readonly CurveDocument[]): { readonly type: 'linear' | 'log' } {
  const values = valuesOf(curves);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const own = curves[0] !== undefined && curves[0].score.metric !== 'accuracy';
  return { type: own && low > 0 && high > DECADES * low ? 'log' : 'linear' };
}

const labelOf = ([first]: readonly CurveDocument[]): string =>
  first === undefined || first.score.metric === 'accuracy'
    ? 'reward'
    : `${first.score.metric}, ${first.score.goal === 'minimise' ? 'lower' : 'higher'} is better`;
