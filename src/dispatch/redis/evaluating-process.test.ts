import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { EVALUATION } from '../../../test/support/wire-samples.ts';
import { EvaluatingProcess } from './evaluating-process.ts';

/** Does what a rule says, in the place of an evaluation; `g` is evaluated. */
const PROGRAM = `
process.send({ type: 'ready' });
process.on('message', ({ request }) => {
  if (request.rule === 'die') process.exit(3);
  if (request.rule === 'wait') return process.send({ type: 'progress', progress: { done: 0.5 } });
  if (request.rule === 'throw') return process.send({ type: 'threw', thrown: { message: 'a bug' } });
  process.send({ type: 'done', evaluation: ${JSON.stringify(EVALUATION)} });
});
`;

let directory: string;
let one: EvaluatingProcess;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-process-'));
  const program = join(directory, 'child.mjs');
  await writeFile(program, PROGRAM);
  one = new EvaluatingProcess('worker/1', { program, directory, silenceSeconds: 60 });
});
afterEach(async () => {
  await one.kill();
  await rm(directory, { recursive: true });
});

const ignore = (): void => undefined;
const run = (rule: string, onRetry: (reason: string, tries: number) => void = ignore) =>
  one.run({ request: { rule, task: 'digits-mlp', protocol: 'quick', seed: 1 } }, ignore, onRetry);

it('evaluates one after another, and counts', async () => {
  expect(one.status()).toEqual({
    name: 'worker/1',
    state: 'idle',
    finished: 0,
    restarts: 0,
    perMinute: 0,
    sequence: 0,
  });
  for (let i = 1; i <= 2; i++) {
    expect(await run('g')).toMatchObject({ type: 'done' });
    expect(one.status()).toMatchObject({ state: 'idle', finished: i, restarts: 0 });
  }
  expect(one.status().perMinute).toBeGreaterThan(0);
  expect(await run('throw')).toMatchObject({ type: 'threw', error: { message: 'a bug' } });
  expect(one.status().finished).toBe(2);
});

it('says what it does, later news with a higher number', async () => {
  const numbers = [one.status().sequence];
  const outcome = run('wait');
  numbers.push(one.status().sequence);
  expect(one.status()).toMatchObject({ state: 'starting', rule: 'wait' });
  await eventually(() => one.status()).toMatchObject({
    state: 'busy',
    rule: 'wait',
    progress: { done: 0.5 },
  });
  numbers.push(one.status().sequence);
  await one.kill();
  expect(await outcome).toEqual({ type: 'killed' });
  numbers.push(one.status().sequence);
  expect(one.status()).not.toHaveProperty('rule');
  expect(one.status()).not.toHaveProperty('progress');
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});

it('tries three times if its process dies, says why, and is well again', async () => {
  const retries: string[] = [];
  const outcome = await run('die', (reason, tries) => retries.push(`${tries}: ${reason}`));
  expect(outcome).toEqual({ type: 'lost', reason: 'exited with code 3', started: true });
  expect(retries).toEqual(['1: exited with code 3', '2: exited with code 3']);
  expect(one.status()).toMatchObject({ state: 'idle', finished: 0, restarts: 3 });
  expect((await run('g')).type).toBe('done');
});
