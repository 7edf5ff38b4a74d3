import { watch } from 'node:fs';
import { readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killChildrenOf, type NosProcess, startNos } from '../nos-process.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { type Aftermath, aftermathOf, type Position, positionsOf } from './aftermath.ts';

/** Who or what is killed. `worker` and `child` are of one worker, `workers` and `children` of all. */
export type Victim = 'coordinator' | 'worker' | 'workers' | 'child' | 'children' | 'redis';

/** What Redis comes back with: all that it acknowledged, all but the last of it, or nothing. */
export type Fate = 'whole' | 'cut' | 'empty';

export interface Kills {
  coordinator: number;
  worker: number;
  child: number;
  redis: number;
}

export const RUN = 'chaos';

/** The real processes of a search, and their kills. Whoever is dead comes back with {@link Stage.revive}. */
export class Stage {
  readonly store: string;
  readonly kills: Kills = { coordinator: 0, worker: 0, child: 0, redis: 0 };
  /** What each kill of the coordinator left. */
  readonly aftermaths: Aftermath[] = [];
  readonly #home: string;
  readonly #search: readonly string[];
  readonly #redis: RedisServer | undefined;
  #redisIsUp = true;
  #coordinator: NosProcess | undefined;
  #workers: NosProcess[] = [];

  /** @param search - the arguments of the search, without --redis. */
  constructor(home: string, search: readonly string[], redis: RedisServer | undefined) {
    this.#home = home;
    this.store = join(home, 'nos.db');
    this.#search = search;
    this.#redis = redis;
  }

  /** Starts what is dead: Redis, two workers, and the coordinator, which resumes where there is something to resume. */
  async revive(): Promise<void> {
    await this.#reviveOthers();
    if (!this.#coordinator?.alive()) await this.startCoordinator().spoke;
  }

  async #reviveOthers(): Promise<void> {
    await this.reviveRedis();
    const [living, dead] = [true, false].map((is) => this.#workers.filter((worker) => worker.alive() === is));
    await Promise.all((dead as NosProcess[]).map(expectOutage));
    this.#workers = living as NosProcess[];
    while (this.#redis && this.#workers.length < 2) this.#workers.push(this.#startWorker(this.#redis));
  }

  /** Waits, and brings back workers that end meanwhile: those that found no Redis when they started die a little later. */
  async #whileReviving<T>(wanted: Promise<T>): Promise<T> {
    const found = wanted.then((value) => ({ value }));
    for (;;) {
      const first = await Promise.race([found, sleep(1_000)]);
      if (first) return first.value;
      await this.#reviveOthers();
    }
  }

  async reviveRedis(): Promise<void> {
    if (!this.#redis || this.#redisIsUp) return;
    await this.#redis.start();
    this.#redisIsUp = true;
  }

  /** Starts the coordinator again, after a kill, and does not wait for it. */
  async restartCoordinator(): Promise<void> {
    await this.#reviveOthers();
    if (this.#coordinator?.alive()) await this.strike(['coordinator']);
    this.startCoordinator();
  }

  /** Starts the coordinator while Redis is away: it must end, and say why. */
  async startInVain(): Promise<void> {
    const player = this.startCoordinator();
    if ((await player.ended) !== 1 || !isOutage(player)) throw new Error(`without Redis: ${player.said()}`);
  }

  /** `nos resume`, or `nos search` where no run was stored before the kill. */
  startCoordinator(): NosProcess {
    const begun = (this.aftermaths.at(-1)?.runs ?? 0) > 0;
    const args = begun ? ['resume', RUN] : [...this.#search, '--run', RUN];
    const redis = this.#redis ? ['--redis', this.#redis.url] : begun ? [] : ['--workers', '2'];
    this.#coordinator = startNos(this.#home, [...args, '--store', this.store, ...redis]);
    return this.#coordinator;
  }

  /** Waits until the run has gone on, or is over; fails where the coordinator ends otherwise. */
  async untilGrown(what: 'told' | 'retests'): Promise<void> {
    const coordinator = this.#coordinator as NosProcess;
    const stop = new AbortController();
    const positions = positionsOf(this.store, stop.signal);
    const ended = coordinator.ended.then((code) => ({ code }));
    let first: number | undefined;
    try {
      for (;;) {
        const next = await this.#whileReviving(Promise.race([positions.next(), ended]));
        if ('code' in next) {
          if (next.code === 0) return;
          throw new Error(`the coordinator ended with ${next.code}: ${coordinator.said()}`);
        }
        if (next.done) throw new Error(`nobody reads ${this.store} any more`);
        const position: Position = next.value;
        first ??= position[what];
        if (position[what] > first) return;
      }
    } finally {
      stop.abort();
      await positions.return(undefined);
    }
  }

  /** Waits for the so many-th write to the store's write-ahead log from now on. */
  async untilWrites(count: number): Promise<void> {
    const stop = new AbortController();
    const seen = new Promise<void>((resolve) => {
      let left = count;
      const watcher = watch(`${this.store}-wal`, { signal: stop.signal }, () => {
        if (--left === 0) resolve();
      });
      watcher.on('error', () => resolve());
    });
    await Promise.race([seen, (this.#coordinator as NosProcess).ended, sleep(10_000)]);
    stop.abort();
  }

  /** Kills, all at once, and looks at what is left. */
  async strike(victims: readonly Victim[]): Promise<void> {
    const deaths = victims.map((victim) => this.#kill(victim));
    await Promise.all(deaths);
    if (victims.includes('coordinator')) this.aftermaths.push(await aftermathOf(this.store, this.#home));
  }

  async #kill(victim: Victim): Promise<void> {
    const { kills } = this;
    // The one that has lived longest: another one each time.
    const doomed = victim === 'worker' || victim === 'child' ? this.#workers.slice(0, 1) : this.#workers;
    if (victim === 'coordinator') {
      if (await this.#coordinator?.kill()) kills.coordinator++;
    } else if (victim === 'redis') {
      await this.#redis?.kill();
      this.#redisIsUp = false;
      kills.redis++;
    } else if (victim === 'child' || victim === 'children') {
      const parents = this.#redis ? doomed : [this.#coordinator as NosProcess];
      for (const parent of parents) kills.child += killChildrenOf(parent);
    } else {
      const killed = await Promise.all(doomed.map((worker) => worker.kill()));
      kills.worker += killed.filter(Boolean).length;
    }
  }

  /** While Redis is down: takes away what it wrote last, or all that it wrote. */
  async decide(fate: Fate): Promise<void> {
    const { directory } = this.#redis as RedisServer;
    if (fate === 'empty') {
      for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
    } else if (fate === 'cut') {
      const names = (await readdir(directory, { recursive: true })).filter((name) => /\.aof$/.test(name));
      for (const path of names.map((name) => join(directory, name))) {
        const { size } = await stat(path);
        if (/base/.test(path)) continue;
        await truncate(path, Math.max(0, size - 5_000));
      }
    }
  }

  /** Waits for the end of the search; its exit code. */
  async finish(): Promise<number | null> {
    const player = this.#coordinator as NosProcess;
    const code = await this.#whileReviving(player.ended);
    if (code !== 0) throw new Error(`the coordinator ended with ${code}: ${player.said()}`);
    return code;
  }

  async close(): Promise<void> {
    await Promise.all([this.#coordinator, ...this.#workers].map((one) => one?.kill()));
    await this.#redis?.stop();
  }

  #startWorker({ url }: RedisServer): NosProcess {
    return startNos(this.#home, ['worker', '--redis', url, '--concurrency', '1']);
  }
}

/** A worker that was not killed may have ended only because there was no Redis when it started. */
async function expectOutage(player: NosProcess): Promise<void> {
  const code = await player.ended;
  if (code === null || (code === 1 && isOutage(player))) return;
  throw new Error(`a worker ended with ${code}: ${player.said()}`);
}

const isOutage = (player: NosProcess): boolean => /is a Redis server running there/.test(player.said());

/** A Redis that keeps what it acknowledges, as one in service should. */
export const startLastingRedis = (): Promise<RedisServer> =>
  startRedis(['--appendonly', 'yes', '--appendfsync', 'no']);
