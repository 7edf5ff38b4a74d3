import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A Chromium of the system: tests of pages need one, and skip loudly where there is none. */
const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const noChromium = !existsSync(program);
if (noChromium) console.warn(`no Chromium at ${program}: tests of pages are SKIPPED`);

export function openBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return chromium.launch({ executablePath: program, args, timeout: 200_000 });
}

/** How a page is looked at. */
export interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

/** Both schemes, and the width of a laptop and of a telephone. */
export const LOOKS: readonly Look[] = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 380 },
  { colorScheme: 'dark', width: 380 },
];

/** A page that notes what must not happen: errors in the console, requests that fail, and requests to anywhere but its own server. */
export interface Watched {
  readonly page: Page;
  /** What went wrong so far, in the order in which it did. */
  readonly faults: readonly string[];
}

export async function watchedPage(
  browser: Browser,
  origin: string,
  look: Look = LOOKS[0]!,
  permissions: string[] = [],
): Promise<Watched> {
  const { colorScheme, width } = look;
  const viewport = { width, height: 900 };
  // A colour that is looked at in the middle of a change is none of the page's.
  const page = await browser.newPage({ colorScheme, reducedMotion: 'reduce', viewport, permissions });
  // A busy machine takes its time; what never comes costs no more than this.
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A stream of events has no end of its own: leaving the page, or loading it again, is what ends it.
    const left =
      request.resourceType() === 'eventsource' && request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!left) faults.push(`failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  // Of the context, so that the requests of workers are seen too.
  page.context().on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'blob:') faults.push(`request to ${request.url()}`);
  });
  return { page, faults };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What of WCAG 2.2 AA a page violates: a line per rule, with the first place. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(TAGS)} })`)) as AxeResults;
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 200)}`);
}

/** Whether the page is wider than its window, so that it would scroll sideways. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > innerWidth');
}
