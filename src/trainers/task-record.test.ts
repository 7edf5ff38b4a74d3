import { describe, expect, it } from 'vitest';
import { parseTaskRecord } from './task-record.ts';

const command = 'python train.py ${args}';
const of = (fields: object) => parseTaskRecord({ command, ...fields }, 'nos.task.json');

describe('parseTaskRecord', () => {
  it('fills defaults in', () => {
    expect(of({})).toEqual({
      command,
      framework: 'pytorch',
      steps: 1000,
      learningRates: [1e-4, 1e-3, 1e-2, 1e-1, 1],
      timeout: 3600,
    });
  });

  it('reads every field', () => {
    const record = of({
      ...{
        name: 'digits',
        framework: 'numpy',
        metric: 'eval.loss',
        goal: 'minimise',
        steps: 300,
        sweepSteps: 30,
      },
      ...{
        learningRates: [0.1, 0.01, 0.1],
        timeout: '1m30s',
        memory: '1.5GB',
        concurrency: 2,
        gpus: [0, 'MIG-1'],
      },
      ...{ files: ['train.py', 'lib'], chance: 2.3, references: ['adam', 'sgd'], version: 'torch 2.5.1' },
    });
    expect(record).toMatchObject({ learningRates: [0.01, 0.1], timeout: 90, memory: 1.5 * 2 ** 30 });
  });

  it.each([
    [{ command: ' ' }, 'command: expected a command'],
    [{ command: 'train ${LR}' }, 'command: unknown macro ${LR}'],
    [
      { framework: 'pytorhc' },
      'framework: unknown framework "pytorhc"; did you mean \'pytorch\'? known: pytorch',
    ],
    [{ framework: 'latex' }, 'framework: unknown framework "latex"; known: pytorch'],
    [{ metric: 'val_loss' }, "goal: say which values of 'val_loss' are better"],
    [{ goal: 'minimize' }, "goal: expected 'minimise' or 'maximise', got \"minimize\""],
    [{ steps: 0 }, 'steps: expected a positive integer, got 0'],
    [{ steps: 10, sweepSteps: 11 }, 'sweepSteps: more than the 10 steps'],
    [{ learningRates: [] }, 'learningRates: expected 1 to 50'],
    [{ learningRates: [0] }, 'learningRates.0: expected 1 to 50'],
    [{ timeout: '10 minutes' }, 'timeout: expected a duration'],
    [{ timeout: Number.POSITIVE_INFINITY }, 'timeout: expected a duration'],
    [{ memory: '1' }, 'memory: expected a size'],
    [{ gpus: 'all' }, 'gpus: expected a list such as [0, 1], got "all"'],
    [{ gpus: ['0; rm -rf'] }, 'gpus.0:'],
    [{ references: ['adma'] }, 'references.0: unknown'],
    [{ version: 2 }, 'version: expected a text such as "torch 2.5.1"'],
    [{ learningRate: 1 }, 'Unrecognized key'],
  ])('refuses %j', (fields, message) => {
    expect(() => of(fields)).toThrow(`nos.task.json: ${message}`);
  });

  it.each([null, [], 'x', 3])('refuses %j', (input) => {
    expect(() => parseTaskRecord(input, 'nos.task.json')).toThrow('nos.task.json: ');
  });
});
