import type { Terminal } from './command.ts';
import { coloursFor } from './text/colours.ts';

const WITHOUT_TERMINAL = 100;

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** @param other - where the width comes from if `stream` is a pipe, such as one to `head` or `less`. */
export function terminalOf(
  stream: Stream,
  other: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    colours: coloursFor(stream, environment),
    columns: stream.columns ?? other.columns ?? WITHOUT_TERMINAL,
    interactive: stream.isTTY === true && environment.TERM !== 'dumb',
  };
}
