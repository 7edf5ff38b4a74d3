import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SEARCH } from '../../../test/support/wire-samples.ts';
import { NosError } from '../../errors.ts';
import { Admission, requestOf } from './admission.ts';
import { describeProject } from './project.ts';
import { jobId, type Project } from './wire.ts';

const ID = jobId(['a job']);
const JOB = { rule: 'g', task: 'digits-mlp', protocol: 'quick', seed: 1, environment: 'none' };
const served = { search: SEARCH, task: 'digits-mlp' };

describe('a job of a search', () => {
  it('becomes a request for the task as it is known here', () => {
    expect(requestOf(ID, JOB, served)).toEqual(JOB);
    const elsewhere = { search: SEARCH, task: '/srv/tasks/digits.mjs' };
    expect(requestOf(ID, JOB, elsewhere)).toEqual({ ...JOB, task: elsewhere.task });
  });

  it.each([
    [{ rule: 'g +' }, 'bad-rule'],
    [{ rule: "import('./x.mjs')" }, 'bad-rule'],
    [{ rule: 7 }, 'queue'],
    [{ rule: 'g'.repeat(20_001) }, 'queue'],
    [{ task: 'spirals' }, 'queue'],
    [{ protocol: './x.mjs' }, 'unknown-name'],
    [{ protocol: '__proto__' }, 'unknown-name'],
    [{ environment: 'constructor' }, 'unknown-name'],
    [{ seed: -1 }, 'queue'],
    [{ program: './x.mjs' }, 'queue'],
  ])('is refused with %j', (change, code) => {
    const refused = requestOf(ID, { ...JOB, ...change }, served);
    expect(refused).toBeInstanceOf(NosError);
    expect(refused).toMatchObject({ code });
  });

  it.each([undefined, null, 7, 'text', [], {}])('%j is none', (data) => {
    expect(requestOf(ID, data, served)).toMatchObject({ code: 'queue' });
  });

  it('has an id of ours', () => {
    expect(requestOf('../x.mjs', JOB, served)).toMatchObject({ message: expect.stringMatching(/its id/) });
  });
});

describe('a search', () => {
  let directory: string;
  let project: Project;
  let reasons: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nos-admission-'));
    project = await describeProject('digits-mlp', directory);
    reasons = [];
  });
  afterEach(() => rm(directory, { recursive: true }));

  const admission = (prepare?: () => Promise<unknown>): Admission =>
    new Admission({
      version: project.version,
      fingerprint: async () => project.fingerprint,
      tasks: [],
      directory,
      prepare,
      onRefused: (reason) => reasons.push(reason),
    });
  const search = (change: Partial<Project> = {}) => ({ ...SEARCH, project: { ...project, ...change } });

  it('is served if all is the same here', async () => {
    let prepared = 0;
    const served = await admission(async () => prepared++).admit(search());
    expect(served).toEqual({ search: search(), task: 'digits-mlp' });
    expect(prepared).toBe(1);
    expect(reasons).toEqual([]);
  });

  it.each([
    ['version', 'another', /^run 'first': the version of this program is .* and another there$/],
    ['fingerprint', 'another', /the fingerprint is .* and another there$/],
    ['checksum', 'another', /the checksum of the data is .* and another there$/],
    ['task', 'digits', /unknown task 'digits'/],
    ['task', 'mine.mjs#0123456789ab', /--task FILE/],
  ])('is refused for another %s, %s, and that is said once', async (field, value, reason) => {
    const one = admission();
    for (let i = 0; i < 3; i++) expect(await one.admit(search({ [field]: value }))).toBeUndefined();
    expect(reasons).toEqual([expect.stringMatching(reason)]);
    expect(await one.admit(search())).toBeDefined();
  });

  it('is refused for a while if its data cannot be had', async () => {
    const one = admission(async () => {
      throw new NosError('network', 'no way there', 'plug it in');
    });
    for (let i = 0; i < 3; i++) expect(await one.admit(search())).toBeUndefined();
    expect(reasons).toEqual(["run 'first': no way there; plug it in"]);
  });
});
