import { describe, expect, it } from 'vitest';
import { parseProtocol } from './protocol.ts';
import { checkSteps } from './protocol-steps.ts';

describe('checkSteps', () => {
  it('refuses a batch that the examples of the sweep, or of the final training, do not fill', () => {
    const task = (batchSize: number, trainExamples?: number) => ({
      name: 'mine',
      batchSize,
      ...(trainExamples !== undefined && { trainExamples }),
    });
    const [quick, long] = [parseProtocol('quick'), parseProtocol('final@20')];
    expect(() => checkSteps(quick, task(600))).not.toThrow();
    expect(() => checkSteps(quick, task(601))).toThrow(
      "task 'mine' takes 601 examples a step, and protocol 'quick' has 600 in its sweep: it would not train",
    );
    expect(() => checkSteps(long, task(1_000))).not.toThrow();
    expect(() => checkSteps(long, task(1_000, 999))).toThrow(/protocol 'final@20' has 999 in its sweep/);
    const short = { ...long, final: { epochs: 1, examples: 10 } };
    expect(() => checkSteps(short, task(20))).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(() => checkSteps(short, task(20))).toThrow(/has 10 in its final/);
  });
});
