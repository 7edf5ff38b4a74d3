import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import './style.css';
import { applyTheme, nextTheme, storedTheme } from './theme.ts';

/** One entry of the header's navigation. */
export interface NavItem {
  readonly href: string;
  readonly text: string;
  readonly current?: boolean;
}

interface ShellProps {
  /** Of the window; the heading is the page's own. */
  readonly title: string;
  readonly nav: readonly NavItem[];
  /** Stands at the right end of the header, before the button of the theme. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of every page: a header with the navigation and the theme, and the page as the main landmark. */
export function Shell({ title, nav, aside, children }: ShellProps) {
  useEffect(() => {
    document.title = `${title} · Neural Optimizer Search`;
  }, [title]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href={nav[0]?.href ?? '#'}>
          <Mark />
          <span>nos</span>
        </a>
        <nav aria-label="Pages">
          {nav.map(({ href, text, current }) => (
            <a key={href} href={href} aria-current={current ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <div class="aside">
          {aside}
          <ThemeButton />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** A curve that comes down into a minimum. */
function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <path d="M2 3 C4 20 9 20 11 14 S15 9 20 8" fill="none" stroke="currentColor" stroke-width="2.2" />
      <circle cx="7.6" cy="17.2" r="2.4" class="mark-dot" />
    </svg>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => applyTheme(theme), [theme]);
  return (
    <button type="button" class="quiet" onClick={() => setTheme(nextTheme(theme))}>
      <span class="sr">Theme: </span>
      {theme}
    </button>
  );
}
