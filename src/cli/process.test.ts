import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askOn, Interruption, openInterrupts } from './process.ts';

type Signal = 'SIGINT' | 'SIGTERM';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const before = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));
const own = (name: Signal) => process.listeners(name).filter((one) => !before.get(name)?.includes(one));

afterEach(() => {
  for (const name of SIGNALS) for (const one of own(name)) process.off(name, one);
  vi.restoreAllMocks();
});

/** Interrupts that note the exit codes instead of ending this process, and a way to send signals at a time. */
function opened() {
  const exits: number[] = [];
  const interrupts = openInterrupts((code) => exits.push(code));
  const send = (name: Signal, milliseconds: number): void => {
    vi.spyOn(performance, 'now').mockReturnValue(milliseconds);
    for (const one of own(name)) one(name);
  };
  return { exits, interrupts, send };
}

describe('interrupts', () => {
  it.each([
    ['SIGINT', 130, 'interrupted'],
    ['SIGTERM', 143, 'terminated'],
  ] as const)('%s lets a command end its work, which ends it with %i', (name, exitCode, message) => {
    const { exits, interrupts, send } = opened();
    const signal = interrupts.watch(true);
    expect(signal.aborted).toBe(false);
    send(name, 1_000);
    expect(signal.reason).toBeInstanceOf(Interruption);
    expect(signal.reason).toMatchObject({ exitCode, message, name: 'AbortError' });
    expect(exits).toEqual([]);
  });

  it('are one where npm forwards what the terminal sent too, and two where a person asks again', () => {
    const { exits, interrupts, send } = opened();
    interrupts.watch(true);
    send('SIGINT', 1_000);
    send('SIGINT', 1_020);
    send('SIGINT', 1_500);
    expect(exits).toEqual([]);
    send('SIGINT', 1_501);
    expect(exits).toEqual([130]);
  });

  it('exit with the code of the signal that came last, and keep the reason of the first', () => {
    const { exits, interrupts, send } = opened();
    const signal = interrupts.watch(true);
    send('SIGINT', 0);
    send('SIGTERM', 9_000);
    expect(exits).toEqual([143]);
    expect(signal.reason).toMatchObject({ exitCode: 130 });
  });

  it('end a command at once that is not graceful, and one whose work is over', () => {
    const hasty = opened();
    hasty.interrupts.watch(false);
    hasty.send('SIGTERM', 0);
    expect(hasty.exits).toEqual([143]);
    for (const name of SIGNALS) for (const one of own(name)) process.off(name, one);

    const done = opened();
    done.interrupts.watch(true);
    done.interrupts.over();
    done.send('SIGINT', 0);
    expect(done.exits).toEqual([130]);
  });

  it('are nobody’s before a command is known', () => {
    opened();
    expect(SIGNALS.flatMap(own)).toEqual([]);
  });
});

describe('a question', () => {
  const terminal = (isTTY = true) => Object.assign(new PassThrough(), { isTTY });
  const asked = (input: PassThrough, output: PassThrough) =>
    askOn(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream);

  it('is answered by the line that is typed, as it stands', async () => {
    const [input, output] = [terminal(), terminal()];
    const answer = asked(input, output)?.('Remove it? ');
    expect(output.read()?.toString()).toBe('Remove it? ');
    input.write(' yes\nand more');
    expect(await answer).toBe(' yes');
  });

  it.each([['\n'], ['']])('is answered by nothing where %j and the end of input come', async (typed) => {
    const [input, output] = [terminal(), terminal()];
    const answer = asked(input, output)?.('Remove it? ');
    input.end(typed);
    expect(await answer).toBe('');
  });

  it('is put to nobody unless both ends are a terminal', () => {
    expect(asked(terminal(false), terminal())).toBeUndefined();
    expect(asked(terminal(), terminal(false))).toBeUndefined();
  });
});
