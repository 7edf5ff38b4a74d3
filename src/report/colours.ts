import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

interface Stream {
  readonly isTTY?: boolean | undefined;
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
