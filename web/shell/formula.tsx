import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useEffect, useRef } from 'preact/hooks';
import { soon } from './soon.ts';

/** A formula in LaTeX, set by KaTeX with MathML beside it, which screen readers read; as its source if it cannot be set. */
export function Formula({ tex, display = false }: { readonly tex: string; readonly display?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    // As elements and not as markup: the policy of the page allows no style within markup.
    return soon(() => katex.render(tex, current, { displayMode: display, throwOnError: false }));
  }, [tex, display]);
  return <span ref={place} class={display ? 'formula block' : 'formula'} />;
}
