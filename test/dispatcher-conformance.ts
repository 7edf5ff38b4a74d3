import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DispatchEvent, Dispatcher } from '../src/dispatch/index.ts';
import { openEvaluator } from '../src/evaluate/index.ts';
import { type Evaluation, type EvaluationRequest, identityOf } from '../src/evaluation/index.ts';

/** What an implementation is opened with. Workers must inherit this process's environment: faults come that way. */
export interface OpenOptions {
  readonly workers: number;
  /** Where data sets are cached. */
  readonly directory: string;
  readonly silenceSeconds: number;
  readonly onEvent: (event: DispatchEvent) => void;
}

/** Breaks workers: see the file. */
export const FAULTY_TASK = fileURLToPath(new URL('./fixtures/faulty-task.mjs', import.meta.url));

const SOUND: EvaluationRequest = { rule: 'sgd', task: 'digits-mlp', protocol: 'quick', seed: 1 };
const FAULTY: EvaluationRequest = { ...SOUND, task: FAULTY_TASK };

/** Every promise of {@link Dispatcher}, for any implementation of it. */
export function dispatcherConformance(
  name: string,
  open: (options: OpenOptions) => Promise<Dispatcher>,
): void {
  describe(`${name} keeps a dispatcher's promises`, () => {
    let faults: string;
    let dispatcher: Dispatcher;
    let events: DispatchEvent[];
    const opened = async (options: Partial<OpenOptions> = {}): Promise<Dispatcher> => {
      events = [];
      const onEvent = (event: DispatchEvent) => events.push(event);
      dispatcher = await open({ workers: 1, directory: faults, silenceSeconds: 60, onEvent, ...options });
      return dispatcher;
    };
    const plant = (...files: string[]): Promise<unknown> =>
      Promise.all(files.map((file) => writeFile(join(faults, file), '')));

    beforeEach(async () => {
      faults = await mkdtemp(join(tmpdir(), 'nos-faults-'));
      process.env.NOS_FAULTS = faults;
    });
    afterEach(async () => {
      await dispatcher?.close();
      delete process.env.NOS_FAULTS;
      await rm(faults, { recursive: true });
    });

    it('gives what an evaluation in this process gives, and reports progress', async () => {
      const seen: number[] = [];
      const pool = await opened();
      const makers: string[] = [];
      const there = await pool.evaluate(SOUND, {
        onProgress: ({ done }) => seen.push(done),
        onWorker: (worker) => makers.push(worker),
      });
      expect(makers).toEqual([pool.workers()[0]?.name]);
      const evaluator = await openEvaluator({ task: SOUND.task, directory: faults });
      const here = await evaluator.evaluate(SOUND);
      await evaluator.close();
      expect(identity(there)).toEqual(identity(here));
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every((done) => done >= 0 && done <= 1)).toBe(true);
    });

    it('gives the same on two workers, in whatever order', async () => {
      const pool = await opened({ workers: 2 });
      const rules = ['sgd', 'momentum', 'adam', 'rmsprop'];
      const both = await Promise.all(rules.map((rule) => pool.evaluate({ ...SOUND, rule })));
      expect(both.map(({ rule }) => rule)).toEqual(rules.map((rule) => identityOf(rule).text));
      expect(pool.workers().map(({ state }) => state)).toEqual(['idle', 'idle']);
      expect(pool.workers().reduce((sum, { finished }) => sum + finished, 0)).toBe(4);
      const coarse = await pool.evaluate({ ...SOUND, environment: 'gradient-2bit' });
      expect(coarse.environment).toBe('gradient-2bit');
      expect(coarse.curve).not.toEqual(both[0]?.curve);
      const again = await pool.evaluate(SOUND);
      expect(identity(again)).toEqual(identity(both[0] as Evaluation));
    });

    it('starts what comes first first', async () => {
      const pool = await opened();
      const rules = ['adam', 'sgd', 'rmsprop'];
      const ended: string[] = [];
      await Promise.all(rules.map((rule) => pool.evaluate({ ...FAULTY, rule }).then(() => ended.push(rule))));
      expect(ended).toEqual(rules);
    });

    it('refuses bad input with the error that says what it is', async () => {
      const pool = await opened();
      const refused = (request: Partial<EvaluationRequest>, code: string): Promise<void> =>
        expect(pool.evaluate({ ...SOUND, ...request })).rejects.toMatchObject({ code });
      await refused({ rule: 'g +' }, 'bad-rule');
      await refused({ task: 'digits-mlpp' }, 'unknown-name');
      await refused({ protocol: 'quik' }, 'unknown-name');
      await refused({ environment: '4bits' }, 'unknown-name');
      // This one only a worker can find out.
      await expect(pool.evaluate({ ...SOUND, task: 'cifar10-convnet' })).rejects.toMatchObject({
        code: 'data-missing',
        hint: expect.stringContaining('nos data fetch'),
      });
      expect(pool.workers()[0]?.restarts).toBe(0);
    });

    it('tries again where a worker crashes, and gives what an undisturbed worker gives', async () => {
      const pool = await opened();
      const undisturbed = await pool.evaluate(FAULTY);
      for (const [first, second] of [
        ['abort', 'segfault'],
        ['exit', 'kill'],
      ]) {
        await plant(`${first}-1`);
        const crashed = pool.evaluate(FAULTY);
        await vanished(join(faults, `${first}-1`));
        await plant(`${second}-2`);
        expect(identity(await crashed)).toEqual(identity(undisturbed));
      }
      expect(await readdir(faults)).toEqual([]);
      expect(pool.workers()[0]?.restarts).toBe(4);
      const retried = events.filter(({ type }) => type === 'retried');
      expect(retried).toEqual(
        [1, 2, 1, 2].map((tries) => ({
          ...{ type: 'retried', worker: pool.workers()[0]?.name, seed: FAULTY.seed, tries },
          ...{ rule: expect.any(String), reason: expect.stringMatching(/SIG|exited with code 3/) },
        })),
      );
    });

    it('counts what waits, what is in training, and nothing else', async () => {
      const pool = await opened();
      expect(pool.depth()).toEqual({ waiting: 0, active: 0 });
      await plant('block-1');
      const stop = new AbortController();
      const left = [1, 2, 3].map((seed) =>
        expect(pool.evaluate({ ...FAULTY, seed }, { signal: stop.signal })).rejects.toMatchObject({
          name: 'AbortError',
        }),
      );
      await vanished(join(faults, 'block-1'));
      while (pool.depth().active !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(pool.depth()).toEqual({ waiting: 2, active: 1 });
      stop.abort();
      await Promise.all(left);
      expect(pool.depth()).toEqual({ waiting: 0, active: 0 });
    });

    it('tries again where a worker hangs, in JavaScript or in native code', async () => {
      // Long enough for a busy machine, on which a sound worker is silent for seconds too.
      const pool = await opened({ workers: 2, silenceSeconds: 10 });
      await plant('spin-1', 'block-1');
      const both = [FAULTY, { ...FAULTY, seed: 2 }];
      const hung = await Promise.all(both.map((request) => pool.evaluate(request)));
      expect(await readdir(faults)).toEqual([]);
      expect(hung.map(({ status }) => status)).toEqual(['ok', 'ok']);
      const again = await Promise.all(both.map((request) => pool.evaluate(request)));
      expect(hung.map(identity)).toEqual(again.map(identity));
      expect(pool.workers().reduce((sum, { restarts }) => sum + restarts, 0)).toBeGreaterThanOrEqual(2);
    });

    it('gives up after three tries: failed, chance, and why', async () => {
      const pool = await opened();
      const doomed = pool.evaluate(FAULTY);
      for (let i = 0; i < 3; i++) {
        await plant(`exit-${i}`);
        await vanished(join(faults, `exit-${i}`));
      }
      expect(await doomed).toMatchObject({
        ...FAULTY,
        rule: identityOf(FAULTY.rule).text,
        status: 'failed',
        reward: 0.1,
        learningRate: Number.NaN,
        error: expect.stringContaining('exited with code 3'),
      });
      expect((await pool.evaluate(FAULTY)).status).toBe('ok');
    });

    it('rejects with what a task throws, and goes on', async () => {
      const pool = await opened();
      await plant('throw-1');
      await expect(pool.evaluate(FAULTY)).rejects.toThrow('a bug in a task');
      expect((await pool.evaluate(FAULTY)).status).toBe('ok');
    });

    it('drops what its caller aborts, waiting or in training, and nothing else', async () => {
      const pool = await opened();
      const [busy, waiting, already] = [new AbortController(), new AbortController(), AbortSignal.abort()];
      await plant('block-1');
      const running = pool.evaluate(FAULTY, { signal: busy.signal });
      const queued = pool.evaluate({ ...FAULTY, seed: 2 }, { signal: waiting.signal });
      const last = pool.evaluate({ ...FAULTY, seed: 3 });
      await expect(pool.evaluate(FAULTY, { signal: already })).rejects.toMatchObject({ name: 'AbortError' });
      await vanished(join(faults, 'block-1'));
      waiting.abort();
      await expect(queued).rejects.toMatchObject({ name: 'AbortError' });
      busy.abort();
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
      expect((await last).status).toBe('ok');
    });

    it('answers everyone who asks for the same, whoever else aborts', async () => {
      const pool = await opened();
      const first = new AbortController();
      const dropped = expect(pool.evaluate(FAULTY, { signal: first.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      const same = [pool.evaluate(FAULTY), pool.evaluate(FAULTY)];
      first.abort();
      await dropped;
      const [one, other] = (await Promise.all(same)).map(identity);
      expect(one).toEqual(other);
    });

    it('closes, with a worker that hangs, and rejects what is left', async () => {
      const pool = await opened();
      await plant('block-1');
      const left = [pool.evaluate(FAULTY), pool.evaluate(FAULTY)].map((evaluation) =>
        expect(evaluation).rejects.toMatchObject({ name: 'AbortError' }),
      );
      await vanished(join(faults, 'block-1'));
      await pool.close();
      await Promise.all(left);
      await pool.close();
      await expect(pool.evaluate(FAULTY)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
}

/** All of an evaluation that must not depend on who made it. */
export function identity({ seconds: _, ...rest }: Evaluation): Omit<Evaluation, 'seconds'> {
  return rest;
}

/** Resolves once a fault has struck, that is, a worker is in the middle of an evaluation. */
async function vanished(path: string): Promise<void> {
  while (existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}
