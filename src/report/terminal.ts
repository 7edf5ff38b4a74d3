import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

export interface Terminal {
  readonly colours: Colours;
  /** Width in characters; infinite if there is no terminal and COLUMNS does not give it. */
  readonly columns: number;
  readonly interactive: boolean;
}

interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number;
}

/**
 * Returns what a stream can show. A terminal has its width. Elsewhere COLUMNS gives it, and without it nothing is cut on its way
 * to a file or another program. A terminal that was never told its size says that it has no columns: it is treated as one without
 * a width, on which nothing can be drawn again in place.
 */
export function terminalOf(
  stream: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    colours: coloursFor(stream, environment),
    columns: stream.columns || (columnsOf(environment.COLUMNS) ?? Number.POSITIVE_INFINITY),
    interactive: stream.isTTY === true && stream.columns !== 0 && environment.TERM !== 'dumb',
  };
}

function columnsOf(text = ''): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** Returns the colours of a stream: there are some on a terminal, unless NO_COLOR is set or the terminal is dumb; FORCE_COLOR overrules. */
export function coloursFor(
  stream: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Colours {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const asked = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const able = stream.isTTY === true && TERM !== 'dumb';
  return pc.createColors(!NO_COLOR && (asked || able));
}
