import { describe, expect, it } from 'vitest';
import { toJson } from '../json.ts';
import {
  type Evaluation,
  evaluationFields,
  evaluationId,
  evaluationSchema,
  identityFields,
  statuses,
  summarySchema,
} from './evaluation.ts';
import { identityOf } from './identity.ts';
import { byStanding } from './standing.ts';

const EVALUATION: Evaluation = {
  rule: 'g',
  task: 'digits-mlp',
  protocol: 'curves@2',
  seed: 7,
  environment: 'none',
  key: identityOf('g').key,
  learningRate: Number.NaN,
  edgeOfGrid: false,
  sweep: [{ learningRate: 10, accuracy: Number.NaN }],
  reward: 0.25,
  curve: [0.125, 0.25],
  lossCurve: [Number.POSITIVE_INFINITY, 1],
  measures: { bleu: Number.NEGATIVE_INFINITY },
  status: 'ok',
  steps: 12,
  seconds: 0.5,
  fingerprint: 'this machine',
  version: '1.0.0',
};

const read = (value: unknown) => evaluationSchema.parse(JSON.parse(toJson(value)));

describe('an evaluation', () => {
  it('comes back as it was written, numbers that are not finite included', () => {
    expect(read(EVALUATION)).toEqual(EVALUATION);
    expect(JSON.parse(JSON.stringify(evaluationSchema.encode(EVALUATION as never)))).toEqual(
      JSON.parse(toJson(EVALUATION)),
    );
  });

  it('has its fields in one order, however they were written', () => {
    const turned = Object.fromEntries(Object.entries(EVALUATION).reverse());
    expect(Object.keys(read(turned))).toEqual(Object.keys(read(EVALUATION)));
  });

  it('is of the usual environment if it was written before there were others', () => {
    const { environment: _, ...old } = EVALUATION;
    expect(read(old)).toEqual(EVALUATION);
  });

  it.each([
    ['a field of its own', { colour: 'red' }],
    ['another ending', { status: 'lost' }],
    ['an error without a failure', { error: 'exited' }],
    ['a reason without an early end', { reason: 'flat' }],
    ['a text for a number', { reward: 'high' }],
    ['half a seed', { seed: 0.5 }],
  ])('is none with %s', (_, wrong) => {
    expect(evaluationSchema.safeParse(JSON.parse(toJson({ ...EVALUATION, ...wrong }))).success).toBe(false);
  });

  it('that failed says why', () => {
    const failed = { ...EVALUATION, status: 'failed', error: 'local-1: exited with code 3' } as const;
    expect(read(failed)).toEqual(failed);
  });

  it.each(['stopped', 'rejected'] as const)('that was %s says why', (status) => {
    const ended = { ...EVALUATION, status, reason: 'the loss does not fall' } as const;
    expect(read(ended)).toEqual(ended);
  });

  it('ends in one of several ways, which rank in the order of the list', () => {
    expect(statuses).toEqual(['ok', 'stopped', 'diverged', 'rejected', 'failed']);
    const ended = statuses.map((status) => ({ status, reward: 0.5 }));
    expect([...ended].reverse().sort(byStanding)).toEqual(ended);
  });

  it('has an identity and a summary among its fields', () => {
    const fields = Object.keys(evaluationFields.shape);
    expect(fields).toEqual(expect.arrayContaining([...identityFields]));
    expect(fields).toEqual(expect.arrayContaining(Object.keys(summarySchema.shape)));
  });

  it.each(['key', 'task', 'protocol', 'seed', 'environment'] as const)('is another by its %s', (name) => {
    expect(evaluationId({ ...EVALUATION, reward: 1, seconds: 9 } as Evaluation)).toBe(
      evaluationId(EVALUATION),
    );
    const other = { ...EVALUATION, [name]: name === 'seed' ? 8 : 'x' };
    expect(evaluationId(other)).not.toBe(evaluationId(EVALUATION));
  });
});

describe('the identity of a rule', () => {
  it('is one for all of its texts', () => {
    expect(identityOf('momentum')).toEqual(identityOf(identityOf('momentum').text));
    expect(identityOf('g + 0').key).toBe(identityOf('g').key);
    expect(identityOf('g')).not.toEqual(identityOf('-g'));
    expect(() => identityOf('adm')).toThrow(expect.objectContaining({ code: 'unknown-name' }));
  });
});
