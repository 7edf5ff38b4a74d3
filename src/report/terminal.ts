import { type Colours, coloursFor } from './colours.ts';

export interface Terminal {
  readonly colours: Colours;
  /** Width in characters; infinite if there is no terminal and COLUMNS does not give it. */
  readonly columns: number;
  readonly interactive: boolean;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Returns what a stream can show. A terminal has its width. Elsewhere COLUMNS gives it, and without it nothing is cut on its way
 * to a file or another program.
 */
export function terminalOf(
  stream: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    colours: coloursFor(stream, environment),
    columns: stream.columns ?? columnsOf(environment.COLUMNS) ?? Number.POSITIVE_INFINITY,
    interactive: stream.isTTY === true && environment.TERM !== 'dumb',
  };
}

function columnsOf(text = ''): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}
