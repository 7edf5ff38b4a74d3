export type Points = readonly (readonly [x: number, y: number])[];

/** An axis of a chart. */
export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** From where to where at least. */
  readonly from?: number;
  readonly to?: number;
}

/** More points of a line than this are thinned out. */
const POINTS = 400;

/** Whether both axes can show a point. */
export const shownBy =
  (x: Axis, y: Axis) =>
  ([px, py]: readonly [number, number]): boolean =>
    Number.isFinite(px) && Number.isFinite(py) && (!x.log || px > 0) && (!y.log || py > 0);

/** Every so-manieth point, and the last. */
export function thinned(points: Points): Points {
  const stride = Math.ceil(points.length / POINTS);
  return stride <= 1 ? points : points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Brings values to pixels. */
export function scaleOf(
  axis: Axis,
  values: readonly number[],
  [start, end]: readonly [number, number],
): Scale {
  const bring = axis.log ? Math.log10 : (value: number): number => value;
  const all = [...values, ...[axis.from, axis.to].filter((value) => value !== undefined)].map(bring);
  const low = all.length === 0 ? 0 : all.reduce((a, b) => Math.min(a, b));
  const high = all.length === 0 ? 1 : all.reduce((a, b) => Math.max(a, b));
  const span = high - low || 1;
  return {
    at: (value) => start + ((bring(value) - low) / span) * (end - start),
    ticks: axis.log ? powersOfTen(low, low + span) : roundNumbers(low, low + span),
  };
}

/** At most six powers of ten in a range of exponents. */
function powersOfTen(low: number, high: number): readonly number[] {
  const stride = Math.max(1, Math.ceil((high - low) / 6));
  const first = Math.ceil(low / stride) * stride;
  return Array.from(
    { length: Math.max(0, Math.floor((high - first) / stride) + 1) },
    (_, i) => 10 ** (first + i * stride),
  );
}

/** About five multiples of 1, 2 or 5 times a power of ten. */
function roundNumbers(low: number, high: number): readonly number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A number at a tick. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(0).replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}
