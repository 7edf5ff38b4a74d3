import type { Terminal } from './command.ts';
import { coloursFor } from './text/colours.ts';

const WITHOUT_TERMINAL = 100;

export function terminalOf(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    colours: coloursFor(stream, environment),
    columns: stream.isTTY ? stream.columns : WITHOUT_TERMINAL,
    interactive: stream.isTTY === true && environment.TERM !== 'dumb',
  };
}
