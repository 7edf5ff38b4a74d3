import { describe, expect, it } from 'vitest';
import { EVALUATION, PROCESS, SEARCH, WORKER } from '../../../test/support/wire-samples.ts';
import { toJson } from '../../json.ts';
import {
  type Answer,
  answerSchema,
  complaint,
  deviation,
  eventSchema,
  isJobId,
  jobId,
  jobSchema,
  packAnswer,
  parseJson,
  processSchema,
  sayable,
  searchSchema,
  workerSchema,
} from './wire.ts';

const ESCAPE = '\u001b]0;evil\u0007';
const DONE: Answer = { type: 'done', evaluation: EVALUATION, by: PROCESS, retries: ['SIGKILL'] };
const JOB = { rule: 'g', task: 'digits-mlp', protocol: 'quick', seed: 1, environment: 'none' };

/** What is wrong with an answer that travels as JSON. */
function wrongWith(answer: unknown): string {
  const { error } = answerSchema.safeParse(JSON.parse(toJson(answer)));
  return error === undefined ? '' : complaint(error);
}

describe('an answer', () => {
  it('comes back as it was given, with numbers that are not finite', () => {
    expect(answerSchema.parse(parseJson(packAnswer(DONE)))).toEqual(DONE);
    const diverged = { ...EVALUATION, status: 'diverged', learningRate: Number.NaN } as const;
    const answer: Answer = { ...DONE, evaluation: diverged };
    expect(answerSchema.parse(parseJson(packAnswer(answer)))).toEqual(answer);
  });

  it('has a score in units of its own, and the reward that follows from it', () => {
    const score = { metric: 'mse', goal: 'minimise', value: 3 } as const;
    const answer: Answer = { ...DONE, evaluation: { ...EVALUATION, reward: -3, score } };
    expect(answerSchema.parse(parseJson(packAnswer(answer)))).toEqual(answer);
    const lost = { reward: Number.NEGATIVE_INFINITY, score: { ...score, value: Number.NaN } };
    const diverged: Answer = { ...DONE, evaluation: { ...EVALUATION, ...lost, status: 'diverged' } };
    expect(answerSchema.parse(parseJson(packAnswer(diverged)))).toEqual(diverged);
    for (const wrong of [{ reward: 3 }, { reward: 0.5 }, { score: { ...score, metric: ESCAPE } }, lost]) {
      const evaluation = { ...answer.evaluation, ...wrong };
      expect(wrongWith({ ...answer, evaluation })).toMatch(/^evaluation\.reward: /);
    }
  });

  it('says why an evaluation was stopped early or rejected, in a short text', () => {
    for (const status of ['stopped', 'rejected'] as const) {
      const answer = { ...DONE, evaluation: { ...EVALUATION, status, reason: 'the loss does not fall' } };
      expect(answerSchema.parse(parseJson(packAnswer(answer)))).toEqual(answer);
      expect(wrongWith({ ...answer, evaluation: { ...answer.evaluation, reason: ESCAPE } })).toMatch(
        /reason/,
      );
    }
  });

  it('carries an error with its code and hint', () => {
    const thrown = { message: 'no such rule', code: 'bad-rule', hint: 'try: g' } as const;
    const answer: Answer = { type: 'threw', thrown, by: PROCESS, retries: [] };
    expect(answerSchema.parse(parseJson(packAnswer(answer)))).toEqual(answer);
  });

  it('has its texts cut before they travel', () => {
    const long = 'x'.repeat(50_000);
    const answers: readonly Answer[] = [
      { type: 'threw', thrown: { message: long, stack: long }, by: PROCESS, retries: [long] },
      { type: 'lost', reason: long, by: PROCESS, retries: [] },
      { ...DONE, retries: [long, long] },
    ];
    for (const answer of answers) {
      expect(packAnswer(answer).length).toBeLessThan(35_000);
      expect(wrongWith(parseJson(packAnswer(answer)))).toBe('');
    }
  });

  it.each([
    [{ reward: 2 }, /^evaluation\.reward: /],
    [{ reward: -0.1 }, /^evaluation\.reward: /],
    [{ reward: 'NaN' }, /^evaluation\.reward: /],
    [{ status: 'failed' }, /^evaluation\.status: /],
    [{ status: 'evil' }, /^evaluation\.status: /],
    [{ seed: -1 }, /^evaluation\.seed: /],
    [{ curve: ['x'] }, /^evaluation\.curve\.0: /],
    [{ module: './x.mjs' }, /^evaluation: .*"module"/],
    [{ measures: { constructor: 1 } }, /^evaluation\.measures: /],
    [{ measures: { [ESCAPE]: 1 } }, /^evaluation\.measures: /],
    [{ testMeasures: { toString: 1 } }, /^evaluation\.testMeasures: /],
    [{ measureCurves: { valueOf: [1] } }, /^evaluation\.measureCurves: /],
  ])('is none with %j', (change, complaint) => {
    expect(wrongWith({ ...DONE, evaluation: { ...EVALUATION, ...change } })).toMatch(complaint);
  });

  it.each([
    [null, /^all of it: /],
    ['text', /^all of it: /],
    [{ type: 'import', path: './x.mjs' }, /^type: /],
    [{ ...DONE, retries: ['a', 'b', 'c'] }, /^retries: /],
    [{ ...DONE, by: { ...PROCESS, state: 'evil' } }, /^by\.state: /],
    [{ type: 'threw', thrown: { message: 'x', code: '../x' }, by: PROCESS, retries: [] }, /^thrown\.code: /],
  ])('%j is none', (answer, complaint) => {
    expect(wrongWith(answer)).toMatch(complaint);
  });

  it('is shown without control characters', () => {
    const lost = { type: 'lost', reason: `died${ESCAPE}`, by: PROCESS, retries: [`${ESCAPE}x`] };
    expect(answerSchema.parse(lost)).toMatchObject({ reason: 'died]0;evil', retries: [']0;evilx'] });
    expect(complaint(answerSchema.safeParse({ type: ESCAPE, [ESCAPE]: 1 }).error as never)).not.toContain(
      '\u001b',
    );
  });
});

describe('a record', () => {
  it.each([
    ['of a search', searchSchema, SEARCH, 'run'],
    ['of a worker', workerSchema, WORKER, 'name'],
    ['of a process', processSchema, PROCESS, 'name'],
    ['of an event', eventSchema, { type: 'answer', job: 'e1', text: '{}' }, 'job'],
    ['of a job', jobSchema, JOB, 'task'],
  ])('%s has a name that can be shown, and nothing else than it should', (_, schema, record, name) => {
    expect(schema.parse(record)).toEqual(record);
    for (const wrong of ['', ESCAPE, 'x'.repeat(1_001), 7, null, { a: 1 }]) {
      expect(schema.safeParse({ ...record, [name]: wrong }).success).toBe(false);
    }
    expect(schema.safeParse({ ...record, program: './x.mjs' }).success).toBe(false);
  });

  it('of a job may have been written before there were environments', () => {
    const { environment: _, ...older } = JOB;
    expect(jobSchema.parse(older)).toEqual(JOB);
  });
});

describe('the id of a job', () => {
  it('differs with each of its parts, and is one', () => {
    const ids = [['a', 'b'], ['a', 'c'], ['ab'], ['a', ['b']]].map(jobId);
    expect(new Set(ids).size).toBe(4);
    expect(ids.every(isJobId)).toBe(true);
    expect(jobId(['a', 'b'])).toBe(ids[0]);
    for (const other of ['', 'e1', `${ids[0]}0`, '../x.mjs', '__proto__']) expect(isJobId(other)).toBe(false);
  });
});

it('names the first field in which an evaluation is not the one asked for', () => {
  const { rule, task, protocol, seed, environment, key, fingerprint, version } = EVALUATION;
  const asked = { rule, task, protocol, seed, environment, key, fingerprint, version };
  expect(deviation(EVALUATION, asked)).toBeUndefined();
  for (const field of Object.keys(asked)) {
    expect(deviation({ ...EVALUATION, [field]: 'another' }, asked)).toBe(
      `its ${field} is not the one asked for`,
    );
  }
});

it('reads JSON, and nothing of what is none or endless', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
  for (const text of ['', 'not JSON', '{"a":', `"${'x'.repeat(4_000_000)}"`])
    expect(parseJson(text)).toBeUndefined();
});

it('makes texts of others fit to be shown', () => {
  expect(sayable('one\ntwo\tthree')).toBe('one\ntwo\tthree');
  expect(sayable(`a${ESCAPE}b\r\u0000\u009bc`)).toBe('a]0;evilbc');
  expect(sayable('x'.repeat(30_000))).toHaveLength(20_000);
});
