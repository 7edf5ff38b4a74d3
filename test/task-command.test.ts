import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProgramTrial, runTrial, type TrialEnd, type TrialWatch } from '../src/trainers/index.ts';

/** The battery: every way in which a program reports, or misbehaves, by a program that does so. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-programs-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ways {
  readonly metric?: string;
  readonly timeout?: number;
  readonly memory?: number;
}

const trialOf = (command: string, ways: Ways = {}): ProgramTrial => ({
  // No argument is added behind a command that has them.
  task: { command: `: ${'${args}'}; ${command}`, timeout: 60, ...ways },
  directory: folder,
  source: { rule: 'g', file: 'optimizer.py', text: '# an optimizer\n', name: 'FoundOptimizer' },
  ...{ learningRate: 0.001, seed: 7, steps: 300, worker: 'local-1' },
});

/** Runs a program, and holds it to leave nothing behind: no process, no folder. */
async function run(command: string, ways?: Ways, watch?: TrialWatch): Promise<TrialEnd> {
  const own = join(folder, `tmp-${Math.random().toString(36).slice(2)}`);
  const before = process.env.TMPDIR;
  await mkdir(own);
  process.env.TMPDIR = own;
  try {
    return await runTrial(trialOf(command, ways), { graceSeconds: 0.3, ...watch });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    expect(readdirSync(own)).toEqual([]);
    expect(processesWith(own)).toEqual([]);
  }
}

/** The commands of processes whose environment has a text. */
function processesWith(text: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const mine = /^\d+$/.test(pid) && Number(pid) !== process.pid;
      if (!mine || !readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
    } catch {
      return [];
    }
  });
}

const reasonOf = (end: TrialEnd): string => (end.type === 'failed' ? end.reason : `it is ${end.type}`);

describe('a program that reports', () => {
  it.each([
    ['a file', `echo '{"val_loss": 0.5, "acc": 1}' > $NOS_RESULT/metrics.json; echo 7`, 'metrics.json'],
    ['a line of JSON', `echo '{"val_loss": 9}'; echo '{"val_loss": 0.5}'; echo bye`, 'JSON'],
    ['a pair', 'echo val_loss=9; echo "done: val_loss=0.5 acc=1"', 'name=value'],
    ['a number', 'echo took 3 s; echo 0.5', 'number'],
    ['a pair without an end of line', 'printf "a\\rval_loss=0.5"', 'name=value'],
  ])('by %s', async (_, command, from) => {
    expect(await run(command, { metric: 'val_loss' })).toMatchObject({
      type: 'ok',
      result: { value: 0.5, from },
    });
  });

  it.each([
    ['NaN in a file', `echo '{"val_loss": NaN}' > $NOS_RESULT/metrics.json`],
    ['NaN at the end', 'echo val_loss=nan'],
    ['null in JSON', `echo '{"val_loss": null}'`],
  ])('%s', async (_, command) => {
    expect(await run(command, { metric: 'val_loss' })).toMatchObject({
      type: 'ok',
      result: { value: Number.NaN },
    });
  });

  it('gets what it is told as arguments, in the environment and as JSON', async () => {
    await writeFile(
      join(folder, 'told.sh'),
      `[ "$2" = "$NOS_OPTIMIZER" ] && [ "$4 $6 $8" = "$NOS_LR $NOS_SEED $NOS_STEPS" ] || exit 3
grep -q '"learningRate": 0.001' "$NOS_TRIAL" || exit 4
head -1 "\${NOS_OPTIMIZER%:*}" | grep -q 'an optimizer' || exit 5
[ -d "$NOS_RESULT" ] && [ "$NOS_WORKER" = local-1 ] && echo 1`,
    );
    expect(await run('sh told.sh ${args}')).toMatchObject({ type: 'ok', result: { value: 1 } });
  });

  it('tells how far it is', async () => {
    const steps: number[] = [];
    const end = await run(
      'for i in 1 2 3; do echo step=$i val_loss=$i.5; done',
      { metric: 'val_loss' },
      {
        onPoint: ({ step }) => steps.push(step),
      },
    );
    expect(steps).toEqual([1, 2, 3]);
    expect(end).toMatchObject({ type: 'ok', result: { value: 3.5 } });
    expect(end.curve.map(({ values }) => values)).toEqual([
      { val_loss: 1.5 },
      { val_loss: 2.5 },
      { val_loss: 3.5 },
    ]);
  });
});

describe('a program that misbehaves', () => {
  it.each([
    [
      'exits with a code',
      'echo 1; echo line one >&2; echo "ValueError: bad" >&2; exit 3',
      'it exited with code 3: line one\nValueError: bad',
    ],
    ['is killed', 'kill -9 $$', 'it was ended by SIGKILL'],
    ['is silent', 'true', 'it gave no result: no val_loss in its output: it has no number'],
    [
      'gives other numbers',
      'echo loss=3; echo warn >&2',
      'it gave no result: no val_loss in its output: it has loss: warn',
    ],
    [
      'writes no JSON',
      'echo oops > $NOS_RESULT/metrics.json',
      'it gave no result: metrics.json is no JSON object',
    ],
    [
      'makes a folder of its result',
      'mkdir $NOS_RESULT/metrics.json; echo 1',
      'it gave no result: metrics.json is no JSON object',
    ],
    [
      'does not exist',
      'no-such-program',
      'its command cannot be run: /bin/sh: 1: no-such-program: not found',
    ],
  ])('%s', async (_, command, reason) => {
    const end = await run(command, { metric: 'val_loss' });
    expect(reasonOf(end).replace(/sh: (line )?\d+: /, 'sh: 1: ')).toBe(reason);
  });

  it('has a child that is killed', async () => {
    const end = await run('sh -c "kill -SEGV \\$\\$"; exit $?');
    // Some shells say so on stderr, too.
    expect(reasonOf(end)).toMatch(/^it was ended by SIGSEGV/);
  });

  const limit = (ways: Ways = {}) => ({ timeout: 0.5, ...ways });

  it.each([
    ['never ends', 'sleep 1000'],
    ['ignores SIGTERM', 'trap "" TERM; while :; do sleep 0.1; done'],
    ['prints for ever', 'yes step=1'],
    ['prints a line for ever', 'cat /dev/zero'],
    ['prints to stderr for ever', 'yes error >&2'],
  ])('%s', async (_, command) => {
    const end = await run(command, limit());
    expect(reasonOf(end)).toMatch(/^it was ended after 0.5 s, its time limit/);
    expect(reasonOf(end).length).toBeLessThan(9_000);
  });

  it('is ended politely first', async () => {
    const end = await run('trap "echo saved >&2; exit 0" TERM; while :; do sleep 0.05; done', limit());
    expect(reasonOf(end)).toMatch(/^it was ended after 0.5 s, its time limit: [\s\S]*saved$/);
  });

  it.each([
    ['in its group', 'sleep 1000 & echo 1'],
    ['in its group, with closed pipes', 'sleep 1000 >/dev/null 2>&1 & echo 1'],
    ['in a session of its own', 'setsid sleep 1000 & echo 1'],
    ['that ignores signals', '(trap "" TERM HUP; setsid sh -c "while :; do sleep 0.1; done") & echo 1'],
  ])('leaves a grandchild %s, which does not stay', async (_, command) => {
    expect(await run(command)).toMatchObject({ type: 'ok', result: { value: 1 } });
  });

  it('writes 100 MB to stderr, of which the last lines are kept', async () => {
    const end = await run(
      'yes "a line of stderr" | head -c 100000000 >&2; echo >&2; echo the end >&2; exit 1',
    );
    expect(reasonOf(end)).toMatch(/^it exited with code 1: a line of stderr\n[\s\S]*\nthe end$/);
    expect(reasonOf(end).length).toBeLessThan(9_000);
  });

  it('writes 2 MB of results to stdout', async () => {
    expect(await run('yes loss=1 | head -c 2000000; echo 5')).toMatchObject({
      type: 'ok',
      result: { value: 1 },
    });
  });

  it('takes too much memory', async () => {
    const script = 'const a = []; setInterval(() => a.push(Buffer.alloc(2e7, 1)), 20)';
    const end = await run(`${process.execPath} -e '${script}'`, { memory: 200 * 2 ** 20 });
    expect(reasonOf(end)).toMatch(/^it was ended as it took \d+ MB of memory; its limit is 200 MB/);
  });

  it('diverges on the way, and is ended there', async () => {
    const end = await run('echo step=1 loss=2; echo step=2 loss=nan; sleep 1000', { metric: 'loss' });
    expect(end).toMatchObject({ type: 'diverged' });
  });

  it('is not waited for once its caller gives up', async () => {
    const stop = new AbortController();
    const onPoint = () => stop.abort(new Error('enough'));
    const running = run('trap "" TERM; echo step=1; sleep 1000', {}, { signal: stop.signal, onPoint });
    await expect(running).rejects.toThrow('enough');
  });
});
