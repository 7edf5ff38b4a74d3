import { describe, expect, it } from 'vitest';
import type { NosError } from '../errors.ts';
import type { RunRecord } from '../store/index.ts';
import { checkMachine } from './machine.ts';

const refusal = (started: string, own: string): NosError | undefined => {
  const record = { name: 'r', version: '1', fingerprint: started } as RunRecord;
  try {
    checkMachine(record, { version: '1', fingerprint: own });
    return undefined;
  } catch (error) {
    return error as NosError;
  }
};

describe('checkMachine', () => {
  it('lets the same fingerprint go on', () => {
    expect(refusal('native-1 v8-1 2', 'native-1 v8-1 2')).toBeUndefined();
  });

  it('says how to go on: on that machine, or by the engine that the run began with', () => {
    expect(refusal('onnxruntime-1 v8-1 2', 'onnxruntime-1 v8-1 3')?.hint).toMatch(
      /^go on with it on that machine, or/,
    );
    expect(refusal('native-1 v8-1 2', 'onnxruntime-1 v8-1 3')?.hint).toMatch(/^add --engine native, or/);
    expect(refusal('onnxruntime-1 v8-1 3', 'native-1 v8-1 2')?.hint).toMatch(/^add --engine onnxruntime, or/);
  });
});
