import { describe, expect, it } from 'vitest';
import { inFull, lengthen, parseProtocol, printProtocol, protocols } from './protocol.ts';
import { checkSteps, protocolSteps } from './protocol-steps.ts';

/** A protocol's own name, and that of the same one `factor` times as long. */
const nameOf = (name: string): string => printProtocol(parseProtocol(name));
const longer = (name: string, factor: number): string => printProtocol(lengthen(parseProtocol(name), factor));

describe('protocols', () => {
  it('has the paper’s, exactly (NOS §4.2)', () => {
    expect(parseProtocol('paper')).toMatchObject({
      learningRates: [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10],
      sweep: { epochs: 1, examples: 10_000 },
      final: { epochs: 5, examples: 10_000 },
      validationExamples: 5_000,
    });
    expect(protocolSteps(parseProtocol('paper'), { batchSize: 100 })).toBe(7 * 100 + 5 * 100);
  });

  it.each(protocols.entries)('$name is a family that prints its own name', ({ name, base }) => {
    expect(base.family).toBe(name);
    expect(nameOf(`${name}@7`)).toBe(`${name}@7`);
  });

  it.each(['paper', 'quick', 'fast'])('%s has the paper’s shape and rates, ascending', (name) => {
    const { learningRates, sweep, final } = parseProtocol(name);
    expect(learningRates).toEqual(parseProtocol('paper').learningRates);
    expect(learningRates).toEqual([...learningRates].sort((a, b) => a - b));
    expect([sweep.epochs, final.epochs]).toEqual([1, 5]);
  });

  it('names the nearest protocol', () => {
    expect(() => parseProtocol('quik')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        hint: expect.stringContaining("did you mean 'quick'?"),
      }),
    );
  });

  it('has families of any length, with the sweep and the examples of their names', () => {
    expect(parseProtocol('final@20')).toMatchObject({
      family: 'final',
      sweep: parseProtocol('paper').sweep,
      final: { epochs: 20, examples: Number.POSITIVE_INFINITY },
    });
    expect(protocolSteps(parseProtocol('final@20'), { batchSize: 100, trainExamples: 45_000 })).toBe(
      700 + 9_000,
    );
    const { final, ...same } = parseProtocol('quick@50');
    expect(parseProtocol('quick')).toMatchObject(same);
    expect(final).toEqual({ epochs: 50, examples: 1_000 });
    expect(nameOf('quick@50')).toBe('quick@50');
  });

  it('has one name for one protocol', () => {
    expect(parseProtocol('paper@5')).toEqual(parseProtocol('paper'));
    expect([longer('quick', 3), longer('quick@15', 3), longer('final@2', 1)]).toEqual([
      'quick@15',
      'quick@45',
      'final@2',
    ]);
    expect(longer('quick', 1)).toBe('quick');
  });

  it('have a learning-rate schedule behind a colon', () => {
    expect(parseProtocol('final@20:cosine')).toEqual({ ...parseProtocol('final@20'), schedule: 'cosine' });
    expect(nameOf('final@20:cosine')).toBe('final@20:cosine');
    expect(parseProtocol('quick:constant')).toEqual(parseProtocol('quick'));
    expect(nameOf('paper@5:step')).toBe('paper:step');
    expect([longer('quick:step', 3), longer('final@2:cosine', 2)]).toEqual([
      'quick@15:step',
      'final@4:cosine',
    ]);
    for (const wrong of ['quick:', 'quick:linear', 'quick:cosine:step', 'quick:step\n']) {
      expect(() => parseProtocol(wrong)).toThrow(/unknown learning-rate schedule/);
    }
  });

  it.each([
    'final',
    'final@',
    'final@0',
    'final@020',
    'final@1.5',
    'final@-1',
    'final@100001',
    'quick@x',
    'quick@5\n',
  ])('refuses %j', (name) => {
    expect(() => parseProtocol(name)).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringContaining('from 1 to 100000') }),
    );
  });

  it('have learning rates of their own behind an equals sign', () => {
    const { learningRates, ...same } = parseProtocol('final@20:cosine=1e-1,0.001,1e-1');
    expect([nameOf('final@20:cosine=1e-1,0.001,1e-1'), learningRates]).toEqual([
      'final@20:cosine=1e-3,1e-1',
      [0.001, 0.1],
    ]);
    expect(same).toMatchObject({ schedule: 'cosine', final: { epochs: 20 } });
    expect(parseProtocol(`paper=${parseProtocol('paper').learningRates.join(',')}`)).toEqual(
      parseProtocol('paper'),
    );
    expect([longer('quick=1e-2', 2), longer('final@2:step=1', 3)]).toEqual([
      'quick@10=1e-2',
      'final@6:step=1e+0',
    ]);
    expect(parseProtocol('final@6:step=1e+0').learningRates).toEqual([1]);
    const wrong = ['quick=', 'quick=0', 'quick=-1', 'quick=x', 'quick=1,', 'quick=1=2', 'quick=1e99'];
    for (const text of wrong) expect(() => parseProtocol(text)).toThrow(/expected learning rates after =/);
  });

  it('have shortcuts that can be left out by name, behind a minus sign', () => {
    const { shortcuts, family, ...same } = parseProtocol('fast');
    expect(Object.keys(shortcuts)).toEqual(['equals', 'near', 'filters', 'halving', 'stops']);
    expect({ ...same, family: 'paper', shortcuts: {} }).toEqual(parseProtocol('paper'));
    expect(family).toBe('fast');
    const { stops: _, ...others } = shortcuts;
    expect(parseProtocol('fast-stops')).toEqual({ ...parseProtocol('fast'), shortcuts: others });
    expect(nameOf('fast-stops-filters@5:cosine=1')).toBe('fast-filters-stops:cosine=1e+0');
    expect(nameOf('fast-halving@7')).toBe('fast-halving@7');
    expect(longer('fast-halving', 2)).toBe('fast-halving@10');
    for (const wrong of ['fast-', 'fast-stop', 'fast-stops-', 'paper-stops', 'fast-toString']) {
      expect(() => parseProtocol(wrong)).toThrow(/expected shortcuts to leave out after -/);
    }
  });

  it('are as long in full as without their shortcuts', () => {
    const full = (name: string) => printProtocol(inFull(parseProtocol(name)));
    expect(['fast', 'fast-stops@7:cosine=1', 'quick', 'final@3'].map(full)).toEqual([
      ...['paper', 'paper@7:cosine=1e+0', 'quick', 'final@3'],
    ]);
  });

  it('take the steps of the rungs that the final training does not take up, with shortcuts', () => {
    const sizes = { batchSize: 100 };
    const ofOne = {
      'fast=1': 500,
      'fast=1,10': 500 + 4 * 10 + 2 * 10,
      'fast-halving': 1_200,
      'fast-halving=1': 500,
    };
    for (const [name, steps] of Object.entries(ofOne))
      expect(protocolSteps(parseProtocol(name), sizes)).toBe(steps);
    expect(protocolSteps(parseProtocol('fast'), sizes)).toBe(9 * 10 + 2 * 10 + 500);
    expect(protocolSteps(parseProtocol('fast'), { batchSize: 100, trainExamples: 300 })).toBe(
      9 * 10 + 2 * 5 + 15,
    );
  });

  it('take no sweep where there is one learning rate', () => {
    const sizes = { batchSize: 100 };
    expect(protocolSteps(parseProtocol('paper=0.1'), sizes)).toBe(500);
    expect(protocolSteps(parseProtocol('paper=0.1,1'), sizes)).toBe(700);
    const task = { name: 'large', batchSize: 800 };
    expect(() => checkSteps(parseProtocol('quick=0.1'), task)).not.toThrow();
    expect(() => checkSteps(parseProtocol('quick=0.1,1'), task)).toThrow(/600 in its sweep/);
  });

  it('names the families where the name is unknown', () => {
    for (const name of ['', '@5', 'finale@5']) {
      expect(() => parseProtocol(name)).toThrow(
        expect.objectContaining({ code: 'unknown-name', hint: expect.stringContaining('final@20') }),
      );
    }
  });
});
