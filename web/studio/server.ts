import { useEffect, useState } from 'preact/hooks';

/** What the server answers in the place of a document. */
export class Refused extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(`../api/${path}`, init).catch(() => {
    throw new Refused('the studio does not answer', 'start it again: nos studio');
  });
  if (response.ok) return response.json();
  const text = await response.text();
  try {
    const { error, hint } = JSON.parse(text) as { error: string; hint: string };
    throw new Refused(error, hint);
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(text.trim(), '');
  }
}

/** Asks for something to be done to a run. */
export const change = (body: Readonly<Record<string, string>>): Promise<unknown> => post('changes', body);

/** Asks for trainings of a rule, or for their end. */
export const askJob = (
  body: Readonly<{ job: 'evaluate'; run: string; key: string; seeds: number } | { job: 'stop'; id: number }>,
): Promise<unknown> => post('jobs', body);

const post = (path: string, body: object): Promise<unknown> =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

export interface Loaded<T> {
  /** The last one that came; that of another path is not kept. */
  readonly document: T | undefined;
  readonly error: Refused | undefined;
}

/**
 * A document of the server, asked for again whenever the store changes.
 *
 * @param path Nothing is asked for without one.
 * @param version A number that changes as the store does.
 */
export function useDocument<T>(path: string | undefined, version: number): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { readonly path?: string }>({
    document: undefined,
    error: undefined,
  });
  useEffect(() => {
    if (path === undefined) return;
    let current = true;
    ask(path).then(
      (document) => current && setState({ document: document as T, error: undefined, path }),
      (error: Refused) => current && setState((before) => ({ document: before.document, error, path })),
    );
    return () => {
      current = false;
    };
  }, [path, version]);
  return state;
}

/** What is heard of the server. */
interface Heard {
  /** A number that changes as the store does. */
  readonly version: number;
  /** The share of the store that the server has read. */
  readonly read: number;
  readonly connected: boolean;
}

/** Hears of changes while the page can be seen. */
export function useChanges(): Heard {
  const [state, setState] = useState<Heard>({ version: 0, read: 1, connected: true });
  const visible = useVisible();
  useEffect(() => {
    if (!visible) return;
    const source = new EventSource('../api/changes');
    source.addEventListener('change', ({ data }) => setState({ ...JSON.parse(data), connected: true }));
    source.onerror = () => setState((before) => ({ ...before, connected: false }));
    source.onopen = () => setState((before) => ({ ...before, connected: true }));
    return () => source.close();
  }, [visible]);
  return state;
}

/** Whether the page can be seen: not that of a tab behind others. */
function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}

/** Milliseconds after which somebody who types has stopped to. */
const SETTLED_MS = 150;

/** A text as it was when it last stayed the same for a moment: nothing is asked for with every letter. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const late = setTimeout(() => setSettled(text), SETTLED_MS);
    return () => clearTimeout(late);
  }, [text]);
  return settled;
}
