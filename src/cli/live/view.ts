import type { Context } from '../command.ts';

/** A block of lines at the end of the terminal that is drawn over and over. */
export interface View {
  draw(text: string): void;
  /** Makes room for other lines, until it is drawn again. */
  clear(): void;
  /** Takes the block away. */
  close(): void;
}

/** On stderr, with log-update. */
export async function openView({ stream }: Context['stderr']): Promise<View> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(stream);
  let lines = 0;
  return {
    draw: (text) => {
      const count = text.split('\n').length;
      // log-update 7.2 leaves remains of its last lines where their number changes: begin anew then.
      if (count !== lines) update.clear();
      lines = count;
      update(text);
    },
    clear: update.clear,
    close: () => {
      update.clear();
      update.done();
    },
  };
}
