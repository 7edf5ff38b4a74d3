import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { savePng, saveSvg } from './picture.ts';

interface FigureProps {
  /** What the picture shows, in a sentence: its name for those who cannot see it. */
  readonly label: string;
  /** Name of the files that it is saved to, without an ending. */
  readonly file: string;
  /** Draws it at a width in pixels. Must be another function when what it draws is another. */
  readonly draw: (width: number) => SVGSVGElement | HTMLElement;
  readonly children?: ComponentChildren;
}

/** A chart as wide as its place, that can be saved as SVG and PNG. */
export function Figure({ label, file, draw, children }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  useEffect(() => {
    const { current } = place;
    if (current === null || width === 0) return;
    const drawn = draw(width);
    // The policy of the page allows no style within markup; style.css has what Plot writes there.
    for (const style of drawn.querySelectorAll('style')) style.remove();
    // A picture has one name, and its parts none.
    for (const part of drawn.querySelectorAll('[aria-label], [aria-hidden]')) {
      part.removeAttribute('aria-label');
      part.removeAttribute('aria-hidden');
    }
    current.replaceChildren(drawn);
    for (const svg of current.querySelectorAll('svg')) {
      svg.setAttribute('role', 'img');
      svg.setAttribute('aria-label', label);
    }
  }, [draw, width, label]);
  const picture = () => place.current?.querySelector('svg');
  return (
    <figure class="figure">
      <div ref={place} class="plot" />
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
