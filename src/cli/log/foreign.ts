import { format } from 'node:util';
import type { Log } from './log.ts';

/** What libraries and Node.js print to stderr of their own becomes lines of the log, so that every line there has its form. */
export function adoptForeign(log: Log): void {
  const say = (...words: unknown[]): void =>
    log.write({ event: 'foreign', fields: {}, message: format(...words) });
  console.log = say;
  console.info = say;
  console.debug = say;
  console.warn = say;
  console.error = say;
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => say(`${name}: ${message}`));
}
