/**
 * The jobs of one project in Redis. A job is an id and a text; its id says which evaluation it is, so that adding it twice is one
 * job. Under `nos:NAME:` lie
 *
 * | key | type | what it holds |
 * |---|---|---|
 * | `jobs` | hash | the text of every job that has no answer yet, by id |
 * | `waiting` | list | ids of jobs that no worker has, the next one first |
 * | `held:WORKER` | list | ids of the jobs that this worker has taken |
 * | `holders` | set | workers that may have such a list |
 * | `answer:ID` | string | the answer to a job, until a coordinator has read it, a day at most |
 * | `events` | stream | answers, reports of progress, jobs that wait again |
 * | `checked` | string | a mark: somebody has looked for dead workers a moment ago |
 *
 * Each change is one command or one script, so no crash leaves half of it. A worker holds its jobs for as long as its presence
 * record lasts (presence.ts); when that has lapsed, anybody moves them back to the front of the line. An answer counts whoever
 * gives it, as long as the job is there: any evaluation of a job is as good as another.
 *
 * Redis keeps time by its wall clock. If that is set back, a mark or a record would last too long, so whoever reads one cuts it.
 */
import type { Redis } from 'ioredis';
import { keyOf, LAPSE_MS, PREFIX } from './presence.ts';

export interface Job {
  readonly id: string;
  readonly text: string;
}

/** What Redis knows of jobs that somebody asks for. */
export interface Look {
  /** Answers, by id. */
  readonly answers: readonly (readonly [id: string, text: string])[];
  /** Ids of the jobs that it does not have. */
  readonly missing: readonly string[];
  /** Ids of all jobs that a worker holds, those of others too. */
  readonly held: readonly string[];
}

/** What became of a job that a worker believed to hold. */
export type Loss = 'gone' | 'lost' | 'retaken';

/** An event as Redis gives it: nobody has checked it yet. */
export type RawEvent = Readonly<Record<string, string>>;

/** Milliseconds for which an answer is kept for a coordinator that comes later. */
const ANSWER_MS = 24 * 3_600_000;
/** Events that are kept, about. */
const EVENTS = 10_000;
/** Milliseconds between two looks for dead workers, of all who look together. */
const CHECK_MS = 1_000;

export class JobQueue {
  readonly #client: Redis;
  readonly #key: (part: string) => string;

  constructor(client: Redis, name: string) {
    this.#client = client;
    this.#key = (part) => `${PREFIX}:${name}:${part}`;
  }

  /** Adds a job to the end of the line, unless it is there or answered. */
  async add(id: string, text: string): Promise<void> {
    await this.#run(ADD, ['jobs', 'waiting', `answer:${id}`], [id, text]);
  }

  /** Looks for these jobs and their answers. */
  async look(ids: readonly string[]): Promise<Look> {
    const found = await this.#run(
      LOOK,
      ['jobs', 'holders'],
      [this.#key('answer:'), this.#key('held:'), ...ids],
    );
    const [answers, missing, held] = found as [Look['answers'], string[], string[]];
    return { answers, missing, held };
  }

  /** Takes out a job, waiting or not, and its answer. A worker that holds it finds it gone. */
  async cancel(id: string): Promise<void> {
    await this.#run(CANCEL, ['jobs', 'waiting', `answer:${id}`], [id]);
  }

  /** Jobs in the line. */
  waiting(): Promise<number> {
    return this.#client.llen(this.#key('waiting'));
  }

  /** The id of the latest event, to read on from. */
  async lastEvent(): Promise<string> {
    const [last] = await this.#client.xrevrange(this.#key('events'), '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0-0';
  }

  /** Waits on a connection of its own for events after `last`; returns them with their ids. */
  async readEvents(
    connection: Redis,
    last: string,
    milliseconds: number,
  ): Promise<readonly { readonly id: string; readonly event: RawEvent }[]> {
    const options = ['COUNT', 1_000, 'BLOCK', milliseconds, 'STREAMS', this.#key('events'), last] as const;
    const [stream] = (await connection.xread(...options)) ?? [];
    return (stream?.[1] ?? []).map(([id, fields]) => ({ id, event: pairsOf(fields) }));
  }

  /**
   * Takes the next job in the line.
   *
   * @param known Ids of the jobs that the worker holds. If it holds another one, as the reply to an earlier call was lost, that is the
   *   next one.
   */
  async take(worker: string, known: readonly string[]): Promise<Job | undefined> {
    const keys = ['jobs', 'waiting', `held:${worker}`, 'holders'];
    const job = (await this.#run(TAKE, keys, [worker, ...known])) as [string, string] | null;
    return job === null ? undefined : { id: job[0], text: job[1] };
  }

  /** Waits on a connection of its own until there is a job in the line, but no longer than so many seconds. */
  async wait(connection: Redis, seconds: number): Promise<void> {
    const waiting = this.#key('waiting');
    // Moving the first job to where it is changes nothing.
    await connection.blmove(waiting, waiting, 'LEFT', 'LEFT', seconds);
  }

  /**
   * Tells Redis which jobs a worker holds. One that waits again is taken again.
   *
   * @returns what is not as the worker believes: `gone`, as cancelled or answered; `lost` to another worker; `retaken`.
   */
  async hold(
    worker: string,
    ids: readonly string[],
  ): Promise<readonly (readonly [id: string, loss: Loss])[]> {
    const keys = ['jobs', 'waiting', `held:${worker}`, 'holders'];
    return (await this.#run(HOLD, keys, [worker, ...ids])) as [string, Loss][];
  }

  /** Gives the answer to a job, if anybody still asks for it. */
  async answer(worker: string, id: string, text: string): Promise<void> {
    const keys = ['jobs', 'waiting', `held:${worker}`, `answer:${id}`, 'events'];
    await this.#run(ANSWER, keys, [id, text, ANSWER_MS, EVENTS]);
  }

  /** Tells how far a job is. */
  async report(id: string, text: string): Promise<void> {
    const fields = ['type', 'progress', 'job', id, 'text', text];
    await this.#client.xadd(this.#key('events'), 'MAXLEN', '~', EVENTS, '*', ...fields);
  }

  /** Moves all jobs that a worker holds back to the front of the line, in their order. */
  async giveBack(worker: string): Promise<void> {
    await this.#run(GIVE_BACK, ['waiting', 'holders', 'events'], [this.#key('held:'), EVENTS, worker]);
  }

  /** Moves the jobs of dead workers back to the front of the line. */
  async giveBackOfDead(): Promise<void> {
    const presence = keyOf('worker', '');
    await this.#run(
      GIVE_BACK_OF_DEAD,
      ['waiting', 'holders', 'events', 'checked'],
      [this.#key('held:'), EVENTS, presence, LAPSE_MS.worker, CHECK_MS],
    );
  }

  #run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#client.eval(script, keys.length, ...keys.map(this.#key), ...values);
  }
}

function pairsOf(fields: readonly string[]): RawEvent {
  return Object.fromEntries(
    fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1] ?? '']] : [])),
  );
}

/** KEYS: jobs, waiting, the answer. ARGV: id, text. */
const ADD = `
  if redis.call('EXISTS', KEYS[3]) == 0 and redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
    redis.call('RPUSH', KEYS[2], ARGV[1])
  end`;

/**
 * KEYS: jobs, holders. ARGV: what the keys of answers and of held jobs begin with; ids. An answer that is no text is read as an
 * empty one, which no coordinator takes for an answer.
 */
const LOOK = `
  local answers, missing, held = {}, {}, {}
  for i = 3, #ARGV do
    if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then
      local answer = redis.pcall('GET', ARGV[1] .. ARGV[i])
      if answer then answers[#answers + 1] = { ARGV[i], type(answer) == 'table' and '' or answer }
      else missing[#missing + 1] = ARGV[i] end
    end
  end
  for _, worker in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    for _, id in ipairs(redis.pcall('LRANGE', ARGV[2] .. worker, 0, -1)) do held[#held + 1] = id end
  end
  return { answers, missing, held }`;

/** KEYS: jobs, waiting, the answer. ARGV: id. */
const CANCEL = `
  if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then redis.call('LREM', KEYS[2], 1, ARGV[1]) end
  redis.call('DEL', KEYS[3])`;

/** KEYS: jobs, waiting, held by the worker, holders. ARGV: worker, ids. What was cancelled meanwhile is passed over. */
const TAKE = `
  redis.call('SADD', KEYS[4], ARGV[1])
  local known = {}
  for i = 2, #ARGV do known[ARGV[i]] = true end
  local function read(id)
    local text = redis.call('HGET', KEYS[1], id)
    if text then return { id, text } end
    redis.call('LREM', KEYS[3], 0, id)
  end
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
    local job = not known[id] and read(id)
    if job then return job end
  end
  while true do
    local id = redis.call('LMOVE', KEYS[2], KEYS[3], 'LEFT', 'RIGHT')
    local job = id and read(id)
    if job or not id then return job end
  end`;

/** KEYS: jobs, waiting, held by the worker, holders. ARGV: worker, ids. */
const HOLD = `
  redis.call('SADD', KEYS[4], ARGV[1])
  local held, changed = {}, {}
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do held[id] = true end
  for i = 2, #ARGV do
    local id, loss = ARGV[i], nil
    if redis.call('HEXISTS', KEYS[1], id) == 0 then
      redis.call('LREM', KEYS[3], 0, id)
      loss = 'gone'
    elseif not held[id] then
      loss = 'lost'
      if redis.call('LREM', KEYS[2], 1, id) == 1 then
        redis.call('RPUSH', KEYS[3], id)
        loss = 'retaken'
      end
    end
    if loss then changed[#changed + 1] = { id, loss } end
  end
  return changed`;

/** KEYS: jobs, waiting, held by the worker, the answer, events. ARGV: id, text, milliseconds, events to keep. */
const ANSWER = `
  local held = redis.call('LREM', KEYS[3], 0, ARGV[1])
  if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return end
  if held == 0 then redis.call('LREM', KEYS[2], 1, ARGV[1]) end
  redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[3])
  redis.pcall('XADD', KEYS[5], 'MAXLEN', '~', ARGV[4], '*', 'type', 'answer', 'job', ARGV[1], 'text', ARGV[2])`;

/** KEYS: waiting, holders, events. ARGV: what the key of held jobs begins with, events to keep. */
const GIVING_BACK = `
  local function giveBack(worker, why)
    while true do
      local id = redis.pcall('LMOVE', ARGV[1] .. worker, KEYS[1], 'RIGHT', 'LEFT')
      if type(id) ~= 'string' then break end
      redis.pcall('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', 'type', 'returned', 'job', id, 'text', why)
    end
    redis.call('SREM', KEYS[2], worker)
  end`;

/** ARGV, further: worker. */
const GIVE_BACK = `${GIVING_BACK}
  giveBack(ARGV[3], 'handed-back')`;

/** KEYS, further: the mark. ARGV, further: what the key of a presence record begins with, milliseconds that one lasts, and the mark. */
const GIVE_BACK_OF_DEAD = `${GIVING_BACK}
  local function lives(key, most)
    local left = redis.call('PTTL', key)
    if left == -1 or left > tonumber(most) then redis.call('PEXPIRE', key, most) end
    return left ~= -2
  end
  if lives(KEYS[4], ARGV[5]) then return end
  redis.call('SET', KEYS[4], '', 'PX', ARGV[5])
  for _, worker in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    if not lives(ARGV[3] .. worker, ARGV[4]) then giveBack(worker, 'died') end
  end`;
