import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HashDispatcher } from '../../../test/hash-dispatcher.ts';
import { outcomeOf } from '../../../test/outcome.ts';
import { NosError } from '../../errors.ts';
import type { Evaluation } from '../../evaluation/index.ts';
import { stream } from '../../random/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { taskReference } from '../../tasks/index.ts';
import {
  askTrials,
  createPullRun,
  extendRun,
  packRun,
  parsePullConfig,
  type RunConfigInput,
  type RunServices,
  resumeRun,
  startRun,
  unpackRun,
} from '../index.ts';
import { readPack } from './pack-file.ts';

const CONFIG: RunConfigInput = {
  task: 'digits-mlp',
  space: { name: 'quick' },
  strategy: { name: 'evolution' },
  protocol: 'quick',
  samples: 22,
  batch: 4,
  seed: 5,
  references: ['sgd', 'adam'],
};

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-pack-'));
  file = join(directory, 'a.run.gz');
});
afterEach(() => rm(directory, { recursive: true }));

const pathOf = (name: string): string => join(directory, `${name}.db`);

async function inStore<T>(name: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(pathOf(name));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Every seventh evaluation fails for outside reasons, and so belongs to its run. */
const faulty = (evaluation: Evaluation): Evaluation =>
  Number.parseInt(evaluation.key.slice(0, 8), 36) % 7 === 0
    ? { ...evaluation, status: 'failed', error: 'SIGSEGV' }
    : evaluation;

const services = (store: Store, more: Partial<RunServices> = {}): RunServices => ({
  store,
  dispatcher: new HashDispatcher(0, faulty),
  fingerprint: 'this machine',
  version: '1.0.0',
  clock: () => 0,
  ...more,
});

/** Drives run `a` of a store until that many proposals are told. */
async function driveTo(store: Store, told: number, config: RunConfigInput = CONFIG): Promise<void> {
  const stop = new AbortController();
  await startRun(
    'a',
    config,
    services(store, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'batch' && event.told === told) stop.abort();
      },
    }),
  );
  expect(await store.run('a')).toMatchObject({ status: 'stopped', told });
}

/** Packs a run that was stopped in the middle. */
async function packStopped(config = CONFIG): Promise<void> {
  await inStore('here', async (store) => {
    await driveTo(store, 8, config);
    await packRun(store, 'a', file);
  });
}

describe('a run that travels', () => {
  it.each([
    ...['random', 'evolution', 'tree'].map((name) => ({ ...CONFIG, strategy: { name } })),
    { ...CONFIG, strategy: { name: 'rl', options: { hidden: 8, embedding: 8 } } },
    { ...CONFIG, protocol: 'fast', retest: { top: 5, seeds: 6, halving: true } },
    { ...CONFIG, environment: '4bit', pipeline: 3 },
  ])('goes on to the result that it would have had: $strategy.name, $protocol', async (config) => {
    await packStopped(config);
    await inStore('there', async (store) => {
      expect(await unpackRun(store, file)).toMatchObject({ run: 'a', packedAs: 'a', known: 0 });
      await resumeRun('a', services(store));
    });
    await inStore('undisturbed', (store) => startRun('a', config, services(store)));
    expect(await outcomeOf(pathOf('there'), 'a')).toEqual(await outcomeOf(pathOf('undisturbed'), 'a'));
  });

  it('can be extended there to the result of a run of as many from the start', async () => {
    await inStore('here', async (store) => {
      await startRun('a', { ...CONFIG, samples: 12 }, services(store));
      await packRun(store, 'a', file);
    });
    await inStore('there', async (store) => {
      await unpackRun(store, file);
      await extendRun('a', 22, services(store));
    });
    await inStore('undisturbed', (store) => startRun('a', CONFIG, services(store)));
    expect(await outcomeOf(pathOf('there'), 'a')).toEqual(await outcomeOf(pathOf('undisturbed'), 'a'));
  });

  it('gives the same file again from where it came to', async () => {
    await packStopped();
    await inStore('there', async (store) => {
      await store.addEvaluation((await store.scores('a').catch(() => []))[0]?.evaluation ?? SOUND);
      await unpackRun(store, file);
      await packRun(store, 'a', join(directory, 'again'));
    });
    expect((await readFile(join(directory, 'again'))).equals(await readFile(file))).toBe(true);
  });

  it('takes another name, and its failed evaluations with it, beside itself', async () => {
    await packStopped();
    await inStore('here', async (store) => {
      await expect(unpackRun(store, file)).rejects.toMatchObject({ code: 'run-exists', hint: /--as/ });
      const failed = (await store.scores('a')).find(({ evaluation }) => evaluation.status === 'failed');
      const { evaluations, known } = await unpackRun(store, file, { as: 'b' });
      // All but the failed ones, which are each run's own.
      expect(known).toBeLessThan(evaluations);
      expect(known).toBeGreaterThan(0);
      expect(await store.scores('b')).toEqual(await store.scores('a'));
      expect(await store.proposals('b')).toEqual(await store.proposals('a'));
      expect(await store.run('b')).toEqual({ ...(await store.run('a')), name: 'b' });
      await store.removeRun('a');
      await store.verify('b');
      expect(await store.findEvaluation(failed!.evaluation, 'b')).toMatchObject({
        evaluation: { status: 'failed' },
      });
      await resumeRun('b', services(store));
    });
  });

  it('has its note, its time and, if others train for it, what they were lent', async () => {
    const { task, space, strategy, samples, batch, seed, references } = CONFIG;
    const pull = { metric: 'loss', goal: 'minimise', learningRates: [0.1] } as const;
    const config = await parsePullConfig({ task, space, strategy, samples, batch, seed, references, pull });
    await inStore('here', async (store) => {
      const pullServices = { store, clock: () => 1_000 };
      await createPullRun('a', config, pullServices, '1.0.0');
      await askTrials('a', { count: 3, seconds: 60 }, pullServices);
      await store.noteRun('a', 'ü: of the cluster');
      await store.addSeconds('a', 1.25);
      await packRun(store, 'a', file);
      const [run, leases] = [await store.run('a'), await store.leases('a')];
      expect(leases.length).toBeGreaterThan(0);
      await inStore('there', async (there) => {
        await unpackRun(there, file);
        expect(await there.run('a')).toEqual(run);
        expect(await there.leases('a')).toEqual(leases);
      });
    });
  });

  it('is packed as it is at one moment, whoever writes meanwhile', async () => {
    await inStore('here', async (store) => {
      await driveTo(store, 8);
      await packRun(store, 'a', join(directory, 'before'));
      const other = await openStore(pathOf('here'));
      const parts: unknown[] = [];
      for await (const part of store.packRun('a')) {
        if (parts.push(part) === 1) await resumeRun('a', services(other));
      }
      await other.close();
      const before: unknown[] = [];
      for await (const part of readPack(join(directory, 'before'))) before.push(part);
      expect(parts).toEqual(before);
    });
  });

  it('names no folder, and meets a module of the user’s own by its text', async () => {
    const folder = resolve(import.meta.dirname, '../../../examples');
    await packStopped({ ...CONFIG, strategy: { name: join(folder, 'hill-climbing.mjs') } });
    expect(gunzipSync(await readFile(file)).toString()).not.toContain(folder);
    await inStore('there', async (store) => {
      await expect(unpackRun(store, file)).rejects.toMatchObject({
        code: 'unknown-name',
        hint: /--strategy hill-climbing.mjs/,
      });
      const there = `${join(directory, 'elsewhere.mjs')}#000000000000`;
      await expect(unpackRun(store, file, { strategies: [there] })).rejects.toMatchObject({
        code: 'unknown-name',
        message: /none that was named/,
      });
      const { config } = await inStore('here', (here) => here.run('a'));
      const { strategy } = config as { strategy: { name: string } };
      await unpackRun(store, file, { strategies: [strategy.name] });
      expect(await store.run('a')).toMatchObject({ config: { strategy } });
      await resumeRun('a', services(store));
    });
  });
});

describe('a run on a program that travels', () => {
  const program = async (folder: string, text = 'echo 1'): Promise<string> => {
    await mkdir(join(directory, folder));
    await writeFile(join(directory, folder, 'train.sh'), text);
    const path = join(directory, folder, 'nos.task.json');
    await writeFile(path, JSON.stringify({ command: 'sh train.sh', name: folder }));
    return taskReference(path);
  };

  it('goes on where the same files lie, and nowhere else', async () => {
    const config = { ...CONFIG, task: await program('at-home'), protocol: 'own' };
    await packStopped(config);
    expect(gunzipSync(await readFile(file)).toString()).not.toContain(directory);
    const [same, changed] = [await program('abroad'), await program('changed', 'echo 2')];
    await inStore('there', async (store) => {
      for (const tasks of [[], [changed]]) {
        await expect(unpackRun(store, file, { tasks })).rejects.toMatchObject({
          code: 'unknown-name',
          hint: /--task nos\.task\.json/,
        });
      }
      await unpackRun(store, file, { tasks: [changed, same] });
      expect(await store.run('a')).toMatchObject({ config: { task: same } });
      await resumeRun('a', services(store));
    });
    await inStore('undisturbed', (store) => startRun('a', { ...config, task: same }, services(store)));
    expect(await outcomeOf(pathOf('there'), 'a')).toEqual(await outcomeOf(pathOf('undisturbed'), 'a'));
  });
});

const SOUND: Evaluation = {
  ...{ rule: 'g', key: 'k', task: 'digits-mlp', protocol: 'quick', environment: 'none', seed: 1 },
  ...{ learningRate: 0.1, edgeOfGrid: false, sweep: [], reward: 0.5, curve: [], steps: 1, seconds: 1 },
  ...{ status: 'ok', fingerprint: 'this machine', version: '1.0.0' },
};

describe('packing', () => {
  it('leaves the file as it was if it fails or is stopped, and nothing beside it', async () => {
    await writeFile(file, 'precious');
    await inStore('here', async (store) => {
      await driveTo(store, 8);
      const stop = AbortSignal.abort();
      await expect(packRun(store, 'a', file, stop)).rejects.toMatchObject({ name: 'AbortError' });
      await expect(packRun(store, 'b', file)).rejects.toMatchObject({ code: 'unknown-name' });
      expect(await readFile(file, 'utf8')).toBe('precious');
      expect((await readdir(directory)).filter((name) => name.includes('partial'))).toEqual([]);
      await expect(packRun(store, 'a', join(directory, 'none', 'x'))).rejects.toMatchObject({
        code: 'unwritable',
      });
    });
  });
});

describe('a file from anywhere', () => {
  /** Its lines without the last one. */
  const linesOf = async (): Promise<string[]> =>
    gunzipSync(await readFile(file))
      .toString()
      .split('\n')
      .slice(0, -2);

  /** Writes lines as a file whose checksum is right. */
  async function write(lines: readonly string[]): Promise<void> {
    const body = lines.map((line) => `${line}\n`).join('');
    const sha256 = createHash('sha256').update(body).digest('hex');
    await writeFile(file, gzipSync(`${body}${JSON.stringify({ kind: 'end', sha256 })}\n`));
  }

  /** What is refused leaves no trace in the store. */
  async function expectRefused(expected: object): Promise<void> {
    await inStore('there', async (store) => {
      await expect(unpackRun(store, file)).rejects.toMatchObject(expected);
      expect(await store.listRuns()).toEqual([]);
      expect(await store.evaluations({})).toEqual([]);
    });
  }

  beforeEach(() => packStopped());

  it('that is no packed run', async () => {
    await rm(file);
    await expectRefused({ code: 'bad-pack', message: /no such file/ });
    for (const content of ['These are my notes.', gzipSync('notes'), gzipSync('{"a":1}\n'), '']) {
      await writeFile(file, content);
      await expectRefused({ code: 'bad-pack' });
    }
    await write(['{"format":"nos-run","version":2}']);
    await expectRefused({ code: 'bad-pack', message: /version 2/, hint: /update/ });
    await rm(file);
    await mkdir(file);
    await expectRefused({ code: 'bad-pack' });
  });

  it('that is cut off anywhere', async () => {
    const whole = await readFile(file);
    await writeFile(file, gzipSync(`${(await linesOf()).join('\n')}\n`));
    await expectRefused({ message: /its end is missing/ });
    for (let share = 0; share < 1; share += 0.09) {
      await writeFile(file, whole.subarray(0, Math.floor(share * whole.length)));
      await expectRefused({ code: 'bad-pack' });
    }
  });

  it('in which a byte is another', async () => {
    const [whole, place] = [gunzipSync(await readFile(file)), stream(1, 'place')];
    for (let i = 0; i < 30; i++) {
      const bytes = Buffer.from(whole);
      const at = place.integer(bytes.length);
      bytes[at] = (bytes[at]! + 1 + place.integer(255)) % 256;
      await writeFile(file, gzipSync(bytes));
      await inStore('there', async (store) => {
        const error: unknown = await unpackRun(store, file).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(NosError);
        expect(await store.listRuns()).toEqual([]);
      });
    }
  });

  it.each<readonly [string, (lines: string[]) => string[], RegExp]>([
    ['lacks a proposal', (l) => without(l, '"kind":"proposal"'), /proposals/],
    ['lacks an evaluation', (l) => without(l, '"kind":"evaluation"'), /evaluation/],
    ['has a proposal twice', (l) => twice(l, '"kind":"proposal"'), /twice/],
    ['has two heads', (l) => twice(l, '"kind":"run"'), /two heads/],
    ['has no head', (l) => without(l, '"kind":"run"'), /begin with a run/],
    ['lacks its newest checkpoint', (l) => withoutLast(l, '"kind":"checkpoint"'), /checkpoints/],
    ['has a field too many', (l) => edit(l, '"kind":"batch"', '$&,"more":1'), /more/],
    ['has a part of no kind', (l) => [...l, '{"kind":"code","run":"rm"}'], /kind/],
    ['has a line that is no JSON', (l) => [...l, '{'], /line \d+ is not JSON/],
    ['would paint on a terminal', (l) => edit(l, '"rule":"', '"rule":"\\u001b]0;x\\u0007'), /control/],
    ['names a file as its task', (l) => all(l, 'digits-mlp', '/etc/hosts.mjs'), /knows no task/],
    ['names a module as its task', (l) => all(l, 'digits-mlp', 'x.mjs#0123456789ab'), /x\.mjs/],
    ['names a module as its strategy', (l) => all(l, '"name":"evolution"', '"name":"./x.mjs"'), /strategy/],
    ['has a configuration that is none', (l) => all(l, '"samples":22', '"samples":-1'), /samples/],
    ['has a name that cannot be one', (l) => all(l, '"name":"a"', '"name":"--a"'), /dash/],
  ])('that %s', async (_, change, message) => {
    await write(change(await linesOf()));
    await expectRefused({ message });
  });

  it('that is large', async () => {
    const read = async (limits: object): Promise<void> => {
      for await (const _ of readPack(file, { line: 1e6, lines: 1000, ratio: 200, ...limits }));
    };
    await read({});
    await expect(read({ lines: 20 })).rejects.toMatchObject({ message: /more than 20 lines/ });
    await expect(read({ line: 500 })).rejects.toMatchObject({ message: /a line of more than 500 bytes/ });
    await writeFile(file, gzipSync(`${(await linesOf())[0]}\n${'\n'.repeat(5_000_000)}`));
    await expect(read({ lines: 1e9 })).rejects.toMatchObject({ code: 'bad-pack' });
    await writeFile(file, gzipSync(`{"format":"nos-run","version":1}\n"${'x'.repeat(5_000_000)}`));
    await expect(read({ line: 1e6 })).rejects.toMatchObject({ message: /times its size/ });
    await expect(read({ line: 1e6, ratio: 1e6 })).rejects.toMatchObject({ message: /a line of more than/ });
  });

  it('that contradicts what the store has', async () => {
    await inStore('there', async (store) => {
      const [score] = await inStore('here', (here) => here.scores('a'));
      await store.addEvaluation({ ...score!.evaluation, reward: 0.123 });
      await expect(unpackRun(store, file)).rejects.toMatchObject({
        code: 'bad-pack',
        message: /another result of/,
      });
      expect(await store.listRuns()).toEqual([]);
      expect(await store.evaluations({})).toHaveLength(1);
    });
  });
});

const at = (lines: readonly string[], text: string): number => lines.findIndex((line) => line.includes(text));
const without = (lines: string[], text: string): string[] => lines.toSpliced(at(lines, text), 1);
const withoutLast = (lines: string[], text: string): string[] =>
  lines.toSpliced(
    lines.findLastIndex((line) => line.includes(text)),
    1,
  );
const twice = (lines: string[], text: string): string[] =>
  lines.toSpliced(at(lines, text), 0, lines[at(lines, text)]!);
const edit = (lines: string[], text: string, by: string): string[] =>
  lines.with(at(lines, text), lines[at(lines, text)]!.replace(text, by));
const all = (lines: string[], text: string, by: string): string[] =>
  lines.map((line) => line.replaceAll(text, by));
