import { describe, expect, it } from 'vitest';
import { EVALUATION, PROCESS, PROJECT } from '../../../test/support/wire-samples.ts';
import { ACCURACY, type Evaluation } from '../../evaluation/index.ts';
import { checkRequest } from '../request.ts';
import { type PendingJob, pendingJob, readAnswer, settle } from './pending-job.ts';
import { packAnswer } from './wire.ts';

const REQUEST = { rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed: 1 };

async function jobOf(change: Partial<typeof REQUEST & { environment: string }> = {}, run = 'first') {
  return pendingJob(await checkRequest({ ...REQUEST, ...change }), PROJECT, run);
}

describe('a job', () => {
  it('is the same for requests of the same evaluation', async () => {
    const { id, data } = await jobOf();
    expect(data).toEqual({ rule: 'g', task: 'digits-mlp', protocol: 'quick', seed: 1, environment: 'none' });
    expect((await jobOf({ rule: 'g', environment: 'none' })).id).toBe(id);
    expect((await jobOf({ rule: '0 + g' })).id).toBe(id);
  });

  it('differs with rule, conditions, machine and run', async () => {
    const changes = [{}, { rule: 'm' }, { protocol: 'paper' }, { seed: 2 }, { environment: '4bit' }];
    const jobs = await Promise.all(changes.map((change) => jobOf(change)));
    const checked = await checkRequest(REQUEST);
    const others = [
      await jobOf({}, 'second'),
      pendingJob(checked, { ...PROJECT, fingerprint: 'another' }, 'first'),
    ];
    expect(new Set([...jobs, ...others].map(({ id }) => id)).size).toBe(7);
  });
});

describe('an answer to a job', () => {
  const { rule, task, protocol, seed, environment, key, fingerprint, version } = EVALUATION;
  const asked = { rule, task, protocol, seed, environment, key, fingerprint, version };
  const done = { type: 'done', evaluation: EVALUATION, by: PROCESS, retries: [] } as const;

  it('is read', () => {
    expect(readAnswer(packAnswer(done), { asked, metric: ACCURACY })).toEqual(done);
  });

  it('is none if it answers another question, or is no answer', () => {
    const invalid = (text: string) =>
      readAnswer(text, { asked, metric: ACCURACY }) as { readonly reason: string };
    const other = packAnswer({ ...done, evaluation: { ...EVALUATION, seed: 2 } });
    expect(invalid(other)).toEqual({ type: 'invalid', reason: 'its seed is not the one asked for' });
    const mse = { metric: 'mse', goal: 'minimise' } as const;
    expect(readAnswer(packAnswer(done), { asked, metric: mse })).toEqual({
      type: 'invalid',
      reason: 'it has no score called mse',
    });
    for (const text of ['', 'not JSON', 'null', '{"type":"done"}']) {
      expect(invalid(text)).toMatchObject({ type: 'invalid', reason: expect.any(String) });
    }
  });
});

describe('everyone who waits for a job', () => {
  /** Lets two wait, and tells what they get. */
  async function waiting(): Promise<{ readonly job: PendingJob; readonly got: Promise<unknown>[] }> {
    const job = await jobOf();
    const got = ['digits-mlp', './mine.mjs'].map(
      (task) =>
        new Promise<Evaluation>((resolve, reject) => {
          const ignore = (): void => undefined;
          job.waiters.add({
            request: { ...REQUEST, task },
            onProgress: ignore,
            onWorker: ignore,
            resolve,
            reject,
          });
        }),
    );
    return { job, got };
  }

  it('gets the evaluation, under the name of the task as asked for', async () => {
    const { job, got } = await waiting();
    settle(job, { type: 'done', evaluation: EVALUATION, by: PROCESS, retries: [] });
    expect(await Promise.all(got)).toEqual([EVALUATION, { ...EVALUATION, task: './mine.mjs' }]);
  });

  it('gets what the evaluation threw', async () => {
    const { job, got } = await waiting();
    const thrown = { message: 'no data', code: 'data-missing', hint: 'nos data fetch' } as const;
    settle(job, { type: 'threw', thrown, by: PROCESS, retries: [] });
    for (const one of got) await expect(one).rejects.toMatchObject(thrown);
  });

  it('gets a failed evaluation with the reason if every try was lost', async () => {
    const { job, got } = await waiting();
    settle(job, { type: 'lost', reason: 'the machine burnt' });
    for (const one of got) {
      expect(await one).toMatchObject({ status: 'failed', reward: 0.1, error: 'the machine burnt' });
    }
  });
});
