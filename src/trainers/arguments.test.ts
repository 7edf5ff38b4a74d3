import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMacros, expandCommand, type TrialArguments, trialVariables } from './arguments.ts';

const trial: TrialArguments = {
  optimizer: '/tmp/nos-trial-1/optimizer.py:FoundOptimizer',
  learningRate: 0.001,
  seed: 7,
  steps: 300,
  result: '/tmp/nos-trial-1/result',
  worker: 'local-1',
};

const ARGS = '--optimizer /tmp/nos-trial-1/optimizer.py:FoundOptimizer --lr 0.001 --seed 7 --steps 300';

describe('expandCommand', () => {
  it.each([
    ['python train.py ${args}', `python train.py ${ARGS}`],
    ['python train.py', `python train.py ${ARGS}`],
    ['python train.py ${args} --out ${result}', `python train.py ${ARGS} --out /tmp/nos-trial-1/result`],
    ['LR=${lr} python train.py', 'LR=0.001 python train.py'],
    ['echo "${lr}" \'${seed}\' ${steps} ${worker}', 'echo "0.001" \'7\' 300 local-1'],
    ['echo \\${lr} $HOME ${HOME} ${x:-1}', `echo \\\${lr} $HOME \${HOME} \${x:-1} ${ARGS}`],
  ])('%s', (command, expected) => expect(expandCommand(command, trial)).toBe(expected));

  it('writes learning rates as every language reads them', () => {
    const of = (learningRate: number) => expandCommand('${lr}', { ...trial, learningRate });
    expect([1e-10, 1e-5, 0.3, 10].map(of)).toEqual(['1e-10', '0.00001', '0.3', '10']);
  });

  const odd = fc.string({
    unit: fc.constantFrom(...'a \'"\\$`;&|<>(){}*?!#~\n-'),
    minLength: 1,
    maxLength: 20,
  });

  it('substitutes any value as one word of the shell, in quotes and outside', () => {
    fc.assert(
      fc.property(odd, (result) => {
        const command = 'printf %s,%s,%s ${result} "${result}" \'${result}\'';
        const run = expandCommand(command, { ...trial, result });
        expect(execFileSync('/bin/sh', ['-c', run], { encoding: 'utf8' })).toBe(
          [result, result, result].join(','),
        );
      }),
      { numRuns: 15, seed: 1 },
    );
  });
});

describe('checkMacros', () => {
  it.each([
    ['python train.py --lr ${LR}', 'unknown macro ${LR}: did you mean ${lr}?'],
    ['python train.py "${args}"', '${args} stands for several words: take it out of the quotes'],
    ['python train.py ${arg}', 'unknown macro ${arg}: did you mean ${args}?'],
  ])('refuses %s', (command, problem) => expect(checkMacros(command)).toBe(problem));

  it.each(['python train.py ${args}', 'cd ${HOME} && ./train "${lr}"', 'true'])('takes %s', (command) =>
    expect(checkMacros(command)).toBeUndefined(),
  );
});

it('trialVariables names every value', () => {
  expect(trialVariables(trial)).toEqual({
    NOS_OPTIMIZER: trial.optimizer,
    NOS_LR: '0.001',
    NOS_SEED: '7',
    NOS_STEPS: '300',
    NOS_RESULT: trial.result,
    NOS_WORKER: 'local-1',
  });
});
