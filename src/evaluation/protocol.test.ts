import { describe, expect, it } from 'vitest';
import { checkSteps, findProtocol, lengthen, protocolSteps } from './protocol.ts';

describe('protocols', () => {
  it('has the paper’s, exactly (NOS §4.2)', () => {
    expect(findProtocol('paper')).toMatchObject({
      learningRates: [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10],
      sweep: { epochs: 1, examples: 10_000 },
      final: { epochs: 5, examples: 10_000 },
      validationExamples: 5_000,
    });
    expect(protocolSteps(findProtocol('paper'), { batchSize: 100 })).toBe(7 * 100 + 5 * 100);
  });

  it.each([findProtocol('quick'), findProtocol('paper')])(
    '$name has the paper’s shape and rates, ascending',
    ({ learningRates, sweep, final }) => {
      expect(learningRates).toEqual(findProtocol('paper').learningRates);
      expect(learningRates).toEqual([...learningRates].sort((a, b) => a - b));
      expect([sweep.epochs, final.epochs]).toEqual([1, 5]);
    },
  );

  it('names the nearest protocol', () => {
    expect(() => findProtocol('quik')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        hint: expect.stringContaining("did you mean 'quick'?"),
      }),
    );
  });

  it('has families of any length, with the sweep and the examples of their names', () => {
    expect(findProtocol('final@20')).toMatchObject({
      name: 'final@20',
      sweep: findProtocol('paper').sweep,
      final: { epochs: 20, examples: Number.POSITIVE_INFINITY },
    });
    expect(protocolSteps(findProtocol('final@20'), { batchSize: 100, trainExamples: 45_000 })).toBe(
      700 + 9_000,
    );
    const { name, description, final, ...same } = findProtocol('quick@50');
    expect(findProtocol('quick')).toMatchObject(same);
    expect([name, final]).toEqual(['quick@50', { epochs: 50, examples: 1_000 }]);
    expect(description).toContain('50 final epochs');
  });

  it('has one name for one protocol', () => {
    expect(findProtocol('paper@5')).toBe(findProtocol('paper'));
    expect([lengthen('quick', 3), lengthen('quick@15', 3), lengthen('final@2', 1)]).toEqual([
      'quick@15',
      'quick@45',
      'final@2',
    ]);
    expect(lengthen('quick', 1)).toBe('quick');
  });

  it('have a learning-rate schedule behind a colon', () => {
    const { schedule, name, ...same } = findProtocol('final@20:cosine');
    expect([schedule, name]).toEqual(['cosine', 'final@20:cosine']);
    const { description: _, ...plain } = findProtocol('final@20');
    expect({ ...same, description: '' }).toEqual({ ...plain, name: undefined, description: '' });
    expect(findProtocol('quick:constant')).toBe(findProtocol('quick'));
    expect(findProtocol('paper@5:step').name).toBe('paper:step');
    expect([lengthen('quick:step', 3), lengthen('final@2:cosine', 2)]).toEqual([
      'quick@15:step',
      'final@4:cosine',
    ]);
    for (const wrong of ['quick:', 'quick:linear', 'quick:cosine:step', 'quick:step\n']) {
      expect(() => findProtocol(wrong)).toThrow(/unknown learning-rate schedule/);
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
    expect(() => findProtocol(name)).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringContaining('from 1 to 100000') }),
    );
  });

  it('have learning rates of their own behind an equals sign', () => {
    const { name, learningRates, ...same } = findProtocol('final@20:cosine=1e-1,0.001,1e-1');
    expect([name, learningRates]).toEqual(['final@20:cosine=1e-3,1e-1', [0.001, 0.1]]);
    expect(same).toMatchObject({ schedule: 'cosine', final: { epochs: 20 } });
    expect(findProtocol(`paper=${findProtocol('paper').learningRates.join(',')}`)).toBe(
      findProtocol('paper'),
    );
    expect([lengthen('quick=1e-2', 2), lengthen('final@2:step=1', 3)]).toEqual([
      'quick@10=1e-2',
      'final@6:step=1e+0',
    ]);
    expect(findProtocol('final@6:step=1e+0').learningRates).toEqual([1]);
    const wrong = ['quick=', 'quick=0', 'quick=-1', 'quick=x', 'quick=1,', 'quick=1=2', 'quick=1e99'];
    for (const text of wrong) expect(() => findProtocol(text)).toThrow(/expected learning rates after =/);
  });

  it('take no sweep where there is one learning rate', () => {
    const sizes = { batchSize: 100 };
    expect(protocolSteps(findProtocol('paper=0.1'), sizes)).toBe(500);
    expect(protocolSteps(findProtocol('paper=0.1,1'), sizes)).toBe(700);
    const task = { name: 'large', batchSize: 800 };
    expect(() => checkSteps(findProtocol('quick=0.1'), task)).not.toThrow();
    expect(() => checkSteps(findProtocol('quick=0.1,1'), task)).toThrow(/600 in its sweep/);
  });

  it('names the families where the name is unknown', () => {
    for (const name of ['', '@5', 'finale@5']) {
      expect(() => findProtocol(name)).toThrow(
        expect.objectContaining({ code: 'unknown-name', hint: expect.stringContaining('final@20') }),
      );
    }
  });
});

describe('checkSteps', () => {
  it('refuses a batch that the examples of the sweep, or of the final training, do not fill', () => {
    const task = (batchSize: number, trainExamples?: number) => ({
      name: 'mine',
      batchSize,
      ...(trainExamples !== undefined && { trainExamples }),
    });
    const [quick, long] = [findProtocol('quick'), findProtocol('final@20')];
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
