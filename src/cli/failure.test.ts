import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { NosError } from '../errors.ts';
import { parseRule } from '../rules/index.ts';
import { describeFailure, failureLine } from './failure.ts';
import { Interruption } from './process.ts';

const describeIt = (error: unknown, more: { debug?: boolean; typed?: readonly string[] } = {}) =>
  describeFailure(error, {
    stderr: {} as NodeJS.WriteStream,
    env: {},
    call: (line) => line.replace(/^nos/, 'bin/nos'),
    debug: false,
    typed: [],
    ...more,
  });

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('a failure', () => {
  it('is a line, a hint with commands as the user runs them, and a document', () => {
    const { lines, document, exitCode } = describeIt(
      new NosError('unknown-name', "unknown run 'x'", '`nos runs` lists them'),
    );
    expect(lines).toEqual(["nos: unknown run 'x'", '`bin/nos runs` lists them']);
    expect(document.error).toEqual({
      ...{ code: 'unknown-name', message: "unknown run 'x'", hint: '`bin/nos runs` lists them' },
    });
    expect(exitCode).toBe(2);
  });

  it('shows the place in a rule that does not parse, also if it is the cause', () => {
    const wrong = thrownBy(() => parseRule('g + foo(m)'));
    const caret = ['  g + foo(m)', '      ^'];
    expect(describeIt(wrong).lines.slice(1, 3)).toEqual(caret);
    const outer = new NosError('bad-rule', 'operands: no such rule', '', { cause: wrong });
    expect(describeIt(outer).lines.slice(1, 3)).toEqual(caret);
  });

  it('is one line, however the message was broken', () => {
    expect(describeIt(new NosError('queue', 'no\n  connection')).lines).toEqual(['nos: no connection']);
  });

  it.each([
    [new NosError('network', 'no source'), 'network', 1],
    [new NosError('bad-option', 'no'), 'bad-option', 2],
    [new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 'usage', 2],
    [new Interruption('SIGINT'), 'interrupted', 130],
    [new Interruption('SIGTERM'), 'interrupted', 143],
    [Object.assign(new Error('no space left'), { code: 'ENOSPC' }), 'ENOSPC', 1],
    [new TypeError('x is undefined'), 'bug', 1],
    ['a text', 'bug', 1],
    [undefined, 'bug', 1],
  ])('of %s has code %s and exit code %d', (error, code, exitCode) => {
    const failure = describeIt(error);
    expect([failure.document.error.code, failure.exitCode]).toEqual([code, exitCode]);
  });

  it("takes commander's suggestion for the hint, and knows what a rule with a minus sign looks like", () => {
    const usage = (message: string) =>
      describeIt(new CommanderError(1, 'commander.unknownOption', message)).lines;
    expect(usage("error: unknown option '--rat'\n(Did you mean --rate?)")).toEqual([
      "nos: unknown option '--rat'",
      'Did you mean --rate?',
    ]);
    expect(usage("error: unknown option '-g'")[1]).toMatch(/after --/);
  });

  it('has a stack trace, with causes, only if that is asked for', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeIt(error).stack).toBeUndefined();
    const { stack, lines } = describeIt(error, { debug: true });
    expect(stack).toMatch(/outer\n +at .*Caused by: Error: inner\n +at /s);
    expect(lines.at(-1)).toBe(stack);
  });

  it('repeats no password that the user typed, wherever it stands', () => {
    const url = 'redis://:secret@host:1';
    const error = new NosError('bad-option', `cannot use ${url}`, `not ${url}`);
    const failure = describeIt(error, { debug: true, typed: [url] });
    expect(JSON.stringify(failure)).not.toContain('secret');
    expect(failure.lines[0]).toMatch(/cannot use /);
  });

  it('is the last line of a log', () => {
    const failure = describeIt(new NosError('network', 'no source', 'look at the cable'));
    expect(failureLine(failure)).toEqual({
      event: 'failed',
      fields: { code: 'network', hint: 'look at the cable', exitCode: 1, stack: undefined },
      message: 'no source',
    });
  });
});
