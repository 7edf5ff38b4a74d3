import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Axis, type Points, scaleOf, shownBy, thinned, tickText } from './scale.ts';

/** A line of a chart, drawn as the rule of that index is drawn everywhere. */
export interface Line {
  readonly label: string;
  readonly index: number;
  readonly points: Points;
  /** Whether each point is marked. */
  readonly marked?: boolean;
}

interface ChartProps {
  /** What the chart shows, for those who do not see it. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** A vertical line at this x. */
  readonly at?: number;
}

const HEIGHT = 240;
const MARGIN = { left: 52, right: 12, top: 10, bottom: 38 };

/** Lines over two axes, linear or logarithmic. Points that an axis cannot show are left out. */
export function Chart({ title, x, y, lines, at }: ChartProps) {
  const [place, width] = useWidth();
  const shown = lines.map((line) => ({ ...line, points: thinned(line.points.filter(shownBy(x, y))) }));
  const scaleX = scaleOf(
    x,
    shown.flatMap(({ points }) => points.map((point) => point[0])),
    [MARGIN.left, width - MARGIN.right],
  );
  const scaleY = scaleOf(
    y,
    shown.flatMap(({ points }) => points.map((point) => point[1])),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const path = (points: Points): string =>
    points
      .map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${scaleX.at(px).toFixed(1)} ${scaleY.at(py).toFixed(1)}`)
      .join('');
  return (
    <div ref={place} class="chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={title}>
        {scaleY.ticks.map((tick) => (
          <g key={tick} class="tick">
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={scaleY.at(tick)} y2={scaleY.at(tick)} />
            <text x={MARGIN.left - 6} y={scaleY.at(tick) + 4} text-anchor="end">
              {tickText(tick)}
            </text>
          </g>
        ))}
        {scaleX.ticks.map((tick) => (
          <text
            key={tick}
            class="tick"
            x={scaleX.at(tick)}
            y={HEIGHT - MARGIN.bottom + 16}
            text-anchor="middle"
          >
            {tickText(tick)}
          </text>
        ))}
        <text class="tick" x={width - MARGIN.right} y={HEIGHT - 4} text-anchor="end">
          {x.label} →
        </text>
        <text class="tick" x={4} y={HEIGHT - 4}>
          ↑ {y.label}
        </text>
        {at !== undefined && (
          <line
            class="cursor"
            x1={scaleX.at(at)}
            x2={scaleX.at(at)}
            y1={MARGIN.top}
            y2={HEIGHT - MARGIN.bottom}
          />
        )}
        {shown.map(({ index, points, marked }) => (
          <g key={index}>
            <path class={`line series-${index + 1}`} d={path(points)} />
            {marked &&
              points.map(([px, py]) => (
                <circle
                  key={px}
                  class={`dot series-${index + 1}`}
                  cx={scaleX.at(px)}
                  cy={scaleY.at(py)}
                  r="3.5"
                />
              ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

function useWidth() {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(360);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) =>
      setWidth(Math.max(240, Math.floor(entry!.contentRect.width))),
    );
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  return [place, width] as const;
}
