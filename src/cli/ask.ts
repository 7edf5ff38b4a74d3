import { createInterface } from 'node:readline';

/** Asks a person; resolves with the line that they type, empty where they end the input instead. */
export type Ask = (question: string) => Promise<string>;

/** Asks on a terminal; undefined where there is none to be read from or to ask on. */
export function askOn(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Ask | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return (question) =>
    new Promise((resolve) => {
      // Without line editing, so that Ctrl-C stays the signal that ends the command.
      const lines = createInterface({ input, terminal: false });
      let answer = '';
      lines.once('line', (line) => {
        answer = line;
        lines.close();
      });
      lines.once('close', () => resolve(answer));
      output.write(question);
    });
}
