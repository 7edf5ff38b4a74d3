import { ReplyError } from 'ioredis';
import { beforeEach, expect, it } from 'vitest';
import { Complaints } from './complaints.ts';
import { refused } from './refusal.ts';

let said: string[];
let complaints: Complaints;
beforeEach(() => {
  said = [];
  const place = 'redis://queue:6379';
  const redact = (text: string): string => text.replaceAll('sesame', '***');
  const refusal = (error: Error) => refused(place, error.message);
  complaints = new Complaints({ place, redact, refusal }, (text, about) => said.push(`${about}: ${text}`));
});

const fail = (error: Error) => async (): Promise<never> => {
  throw error;
};
const full = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");

it('says each text once', () => {
  complaints.say('one', 'alone');
  complaints.say('one', 'alone');
  complaints.say('two');
  expect(said).toEqual(['alone: one', 'other: two']);
});

it('forgets to say what somebody makes up endlessly', () => {
  for (let i = 0; i < 2_000; i++) complaints.say(`made up ${i}`);
  expect(said).toHaveLength(1_000);
});

it('says what goes wrong, without passwords and control characters, and that there is no result', async () => {
  expect(await complaints.attempt(async () => 7)).toBe(7);
  expect(await complaints.attempt(fail(new Error('no user sesame\u001b here')))).toBeUndefined();
  expect(said).toEqual(['other: redis://queue:6379: no user *** here']);
});

it('leaves an outage to the connection, which says it', async () => {
  const cut = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  for (const error of [cut, new Error('Connection is closed.')]) await complaints.attempt(fail(error));
  complaints.complain('no error at all');
  expect(said).toEqual([]);
});

it('does not show what was overwritten', async () => {
  await complaints.attempt(fail(new ReplyError('WRONGTYPE Operation against a key holding evil')));
  expect(said).toEqual([expect.stringMatching(/something of ours was overwritten there/)]);
});

it('says a refusal once, that it is over, and the next one again', async () => {
  for (let round = 1; round <= 2; round++) {
    said = [];
    for (let i = 0; i < 3; i++) await complaints.attemptAgain(fail(full));
    await complaints.attempt(fail(full));
    expect(complaints.refused).toBe(true);
    expect(said).toEqual([expect.stringMatching(/OOM .*: waiting; its memory is full/)]);
    await complaints.attemptAgain(async () => undefined);
    await complaints.attemptAgain(async () => undefined);
    expect(complaints.refused).toBe(false);
    expect(said.slice(1)).toEqual(['other: redis://queue:6379 takes commands again']);
  }
});
