import { useEffect, useRef, useState } from 'preact/hooks';
import type { TestFunction } from '../../src/functions/index.ts';
import { contoursOf } from './contour.ts';
import type { Path, RunnableRule } from './protocol.ts';
import { rounded } from './rate.tsx';
import { within } from './state.ts';

/** A rule with the path that it took. */
export interface Row {
  readonly runner: RunnableRule;
  readonly path: Path;
}

interface LandscapeProps {
  readonly testFunction: TestFunction;
  readonly start: readonly [number, number];
  readonly rows: readonly Row[];
  /** The step up to which paths are drawn. */
  readonly until: number;
  readonly onStart: (start: readonly [number, number]) => void;
}

/** Pixels of the canvas, which is stretched to the width that there is. */
const WIDTH = 560;

/** The contours of a function, the paths over them, and the start, which is dragged, clicked to, or moved by the arrow keys. */
export function Landscape({ testFunction, start, rows, until, onStart }: LandscapeProps) {
  const place = useRef<HTMLDivElement>(null);
  const { bounds, minima } = testFunction;
  const [[left, right], [bottom, top]] = bounds;
  const height = (WIDTH * (top - bottom)) / (right - left);
  const pixelX = (x: number): number => ((x - left) / (right - left)) * WIDTH;
  const pixelY = (y: number): number => ((top - y) / (top - bottom)) * height;
  const pointOf = ({ clientX, clientY }: MouseEvent): readonly [number, number] => {
    const box = place.current!.getBoundingClientRect();
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    return clamped([left + x * (right - left), top - y * (top - bottom)], bounds);
  };
  const points = ({ points, excess }: Path): string => {
    const count = Math.min(until + 1, excess.length);
    return Array.from({ length: count }, (_, i) => {
      const [x, y] = [pixelX(points[2 * i]!), pixelY(points[2 * i + 1]!)];
      return `${within(x, FAR).toFixed(1)},${within(y, FAR).toFixed(1)}`;
    }).join(' ');
  };
  return (
    // The handle within does the same by the keyboard.
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: see above
    <div ref={place} class="map" onClick={(event) => onStart(pointOf(event))}>
      <ContourCanvas testFunction={testFunction} />
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={textOf(testFunction, rows)}>
        {minima.map(([x = 0, y = 0]) => (
          <path
            key={`${x} ${y}`}
            class="minimum"
            d={`M${pixelX(x) - 6} ${pixelY(y)}h12M${pixelX(x)} ${pixelY(y) - 6}v12`}
          />
        ))}
        {rows.map(({ runner: { index }, path }) => {
          const end = Math.min(until, path.excess.length - 1);
          const [x, y] = [pixelX(path.points[2 * end]!), pixelY(path.points[2 * end + 1]!)];
          return (
            <g key={index}>
              <polyline class={`line series-${index + 1}`} points={points(path)} />
              <circle class={`dot series-${index + 1}`} cx={within(x, FAR)} cy={within(y, FAR)} r="5" />
            </g>
          );
        })}
      </svg>
      <Handle {...{ testFunction, start, pointOf, onStart }} />
    </div>
  );
}

/** Pixels beyond which a path is not followed. */
const FAR = [-2_000, 4_000] as const;

function textOf({ title }: TestFunction, rows: readonly Row[]): string {
  const ends = rows.map(({ runner, path }) => {
    const [x, y] = path.points.slice(-2);
    return `${runner.text} ${path.diverged ? 'diverges' : `ends at ${short(x!)}, ${short(y!)}`}`;
  });
  return [`Contours of ${title}`, ...ends].join('; ');
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function ContourCanvas({ testFunction }: { readonly testFunction: TestFunction }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height, pixels } = contoursOf(testFunction, WIDTH);
    canvas.current!.width = width;
    canvas.current!.height = height;
    canvas.current!.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [testFunction]);
  return <canvas ref={canvas} />;
}

interface HandleProps extends Pick<LandscapeProps, 'testFunction' | 'start' | 'onStart'> {
  readonly pointOf: (event: MouseEvent) => readonly [number, number];
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The start of every path. */
function Handle({ testFunction: { bounds }, start, pointOf, onStart }: HandleProps) {
  const [dragged, setDragged] = useState(false);
  const [[left, right], [bottom, top]] = bounds;
  const [x, y] = start;
  const move = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key];
    if (arrow === undefined) return;
    event.preventDefault();
    const share = event.shiftKey ? 0.1 : 0.01;
    onStart(clamped([x + arrow[0] * share * (right - left), y + arrow[1] * share * (top - bottom)], bounds));
  };
  return (
    <button
      type="button"
      class="handle"
      aria-label={`Start of the paths at x ${short(x)}, y ${short(y)}; arrow keys move it, with Shift farther`}
      style={{
        left: `${(100 * (x - left)) / (right - left)}%`,
        top: `${(100 * (top - y)) / (top - bottom)}%`,
      }}
      onClick={(event) => event.stopPropagation()}
      onKeyDown={move}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(true);
      }}
      onPointerMove={(event) => dragged && onStart(pointOf(event))}
      onPointerUp={() => setDragged(false)}
      onPointerCancel={() => setDragged(false)}
    />
  );
}

function clamped(
  [x, y]: readonly [number, number],
  bounds: TestFunction['bounds'],
): readonly [number, number] {
  return [rounded(within(x, bounds[0])), rounded(within(y, bounds[1]))];
}
