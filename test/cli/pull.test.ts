/** The example of docs/pull.md, by several processes at once, one of which is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shortRules } from '../../src/report/index.ts';
import {
  askTrials,
  createPullRun,
  type LentTrial,
  parsePullConfig,
  readRun,
  tellTrials,
} from '../../src/run/index.ts';
import { openStore } from '../../src/store/index.ts';
import { commandLine } from '../command-line.ts';

const { here, home } = commandLine();
const [, example = ''] = /```python\n([\s\S]*?)```/.exec(readFileSync('docs/pull.md', 'utf8')) ?? [];

function startWorker(variables: Readonly<Record<string, string>>) {
  const bin = join(home, 'bin');
  const PATH = `${bin}:${process.env.PATH}`;
  return spawn('python3', [join(home, 'worker.py')], {
    cwd: home,
    env: { PATH, HOME: home, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
}

describe('nos ask and nos tell', () => {
  it('serve several processes at once, one of them killed, to the same result', async () => {
    const store = join(home, 'raced.db');
    mkdirSync(join(home, 'bin'));
    symlinkSync(resolve(import.meta.dirname, '../../bin/nos'), join(home, 'bin', 'nos'));
    writeFileSync(join(home, 'worker.py'), example.replace('"--wait"', '"--lease", "5s", "--wait"'));
    const variables = { NOS_STORE: store };
    const killed = startWorker(variables);
    const others = [startWorker(variables), startWorker(variables)];
    const ended = others.map((worker) => once(worker, 'exit'));
    const kill = setTimeout(() => process.kill(-killed.pid!, 'SIGKILL'), 3000);
    expect(await Promise.all(ended)).toEqual([
      [0, null],
      [0, null],
    ]);
    clearTimeout(kill);
    if (killed.exitCode === null && killed.signalCode === null) process.kill(-killed.pid!, 'SIGKILL');

    const raced = await openStore(store);
    const { config, status } = await readRun(raced, 'mine');
    expect(status).toBe('finished');
    await raced.verify('mine');
    const rules = (await raced.proposals('mine')).map(({ rule, evaluation }) => [rule, evaluation?.reward]);
    await raced.close();

    const alone = await openStore(join(home, 'alone.db'));
    const services = { store: alone, clock: () => 0 };
    const { protocol: _, environment: __, ...input } = config;
    await createPullRun('mine', await parsePullConfig(input as never), services, '1.0.0');
    const short = await shortRules();
    for (;;) {
      const { trials } = await askTrials('mine', { count: 1, seconds: 1 }, services);
      if (trials.length === 0) break;
      const [{ trial, rule }] = trials as [LentTrial];
      await tellTrials('mine', [{ trial, value: short(rule).length }], services);
    }
    expect((await alone.proposals('mine')).map(({ rule, evaluation }) => [rule, evaluation?.reward])).toEqual(
      rules,
    );
    await alone.close();
  });

  it('say what is wrong', async () => {
    const create = ['ask', 'mine', '--metric', 'loss', '--minimise', '--samples', '4'];
    expect(await here.nos(['ask', 'mine'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no run 'mine'/),
    });
    expect(await here.nos([...create, '--maximise'])).toMatchObject({ code: 2 });
    expect((await here.json(create)).trials).toHaveLength(1);
    expect((await here.json(create)).trials).toHaveLength(1);
    const other = await here.nos(['ask', 'mine', '--metric', 'loss', '--minimise', '--samples', '5']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/another samples/) });
    expect(await here.nos(['tell', 'mine', '0', 'good'])).toMatchObject({ code: 2 });
    expect(await here.nos(['tell', 'mine', '0'])).toMatchObject({ code: 2 });
    expect((await here.json(['tell', 'mine', '0', '-0.5'])).trials).toMatchObject([
      { value: -0.5, status: 'ok' },
    ]);
    expect((await here.json(['tell', 'mine', '1', 'nan'])).trials).toMatchObject([{ status: 'diverged' }]);
    expect(await here.nos(['resume', 'mine'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/asked for and told/),
    });
    for (const words of [
      ['top', 'mine'],
      ['show', 'mine'],
      ['show', 'mine', '0'],
      ['log', 'mine'],
      ['runs'],
    ]) {
      expect(await here.nos(words)).toMatchObject({ code: 0 });
    }
  });
});
