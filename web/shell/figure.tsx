import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { savePng, saveSvg } from './picture.ts';
import { soon } from './soon.ts';

interface FigureProps {
  /** What the picture shows, in a sentence: its name for those who cannot see it. */
  readonly label: string;
  /** Name of the files that it is saved to, without an ending. */
  readonly file: string;
  /** Draws it at a width in pixels. Must be another function when what it draws is another. */
  readonly draw: (width: number) => SVGSVGElement | HTMLElement;
  /** Called with the part of the x axis that somebody drags over. */
  readonly onRange?: (low: number, high: number) => void;
  readonly children?: ComponentChildren;
}

/** A chart as wide as its place, that can be saved as SVG and PNG. */
export function Figure({ label, file, draw, onRange, children }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag>();
  const width = useWidth(place);
  const near = useNear(place);
  const shown = useRef('');
  const drawn = useRef<FigureProps['draw'] | undefined>(undefined);
  useEffect(() => {
    const { current } = place;
    if (current === null || width === 0) return;
    const what = `${width} ${label}`;
    if (drawn.current === draw && shown.current === what) return;
    // One that cannot be seen is drawn once, and again when it can be seen.
    if (!near && drawn.current !== undefined) return;
    return soon(() => {
      [drawn.current, shown.current] = [draw, what];
      put(draw(width), current, label);
    });
  }, [draw, width, label, near]);
  const picture = () => place.current?.querySelector('svg');
  const at = ({ clientX }: PointerEvent) => clientX - (place.current?.getBoundingClientRect().left ?? 0);
  const select = ({ from, to }: Drag) => {
    setDrag(undefined);
    const ends = [from, to].map((x) => valueAt(place.current, x)).sort((a, b) => a - b);
    if (Math.abs(to - from) >= LEAST_DRAG) onRange?.(ends[0]!, ends[1]!);
  };
  const dragging = onRange && {
    onPointerDown: (event: PointerEvent) => event.button === 0 && setDrag({ from: at(event), to: at(event) }),
    onPointerMove: (event: PointerEvent) => drag && setDrag({ from: drag.from, to: at(event) }),
    onPointerUp: () => drag && select(drag),
    onPointerLeave: () => setDrag(undefined),
  };
  return (
    <figure class="figure">
      <div class={onRange ? 'plotted zooms' : 'plotted'} {...dragging}>
        <div ref={place} class="plot" />
        {drag && (
          <div
            class="selection"
            style={{ left: `${Math.min(drag.from, drag.to)}px`, width: `${Math.abs(drag.to - drag.from)}px` }}
          />
        )}
      </div>
      <figcaption>
        {children}
        <span class="save">
          <button type="button" class="quiet" onClick={() => saveSvg(picture(), file)}>
            SVG<span class="sr"> of: {label}</span>
          </button>
          <button type="button" class="quiet" onClick={() => savePng(picture(), file)}>
            PNG<span class="sr"> of: {label}</span>
          </button>
        </span>
      </figcaption>
    </figure>
  );
}

/** Puts a picture in its place, under one name. */
function put(picture: SVGSVGElement | HTMLElement, place: HTMLElement, label: string): void {
  // The policy of the page allows no style within markup; style.css has what Plot writes there.
  for (const style of picture.querySelectorAll('style')) style.remove();
  // A picture has one name, and its parts none.
  for (const part of picture.querySelectorAll('[aria-label], [aria-hidden]')) {
    part.removeAttribute('aria-label');
    part.removeAttribute('aria-hidden');
  }
  place.replaceChildren(picture);
  for (const svg of place.querySelectorAll('svg')) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  }
}

/** Where the pointer was put down, and where it is: pixels from the left of the chart. */
interface Drag {
  readonly from: number;
  readonly to: number;
}

/** Pixels below which a drag is a click. */
const LEAST_DRAG = 5;

interface WithScale {
  readonly scale?: (name: 'x') => { readonly invert?: (pixels: number) => number } | undefined;
}

/** What the chart in a place shows at so many pixels from its left; NaN if it has no such axis. */
function valueAt(place: HTMLElement | null, pixels: number): number {
  const chart = place?.firstElementChild as (Element & WithScale) | null | undefined;
  return chart?.scale?.('x')?.invert?.(pixels) ?? Number.NaN;
}

/** Whether an element is in the window or less than another window away, as far as it is known. */
function useNear(place: { readonly current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '100%',
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return near;
}

/** The width of an element in whole pixels, as it changes; 0 before it is known. */
function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [place]);
  return width;
}
