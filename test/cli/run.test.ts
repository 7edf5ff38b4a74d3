import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRule, ruleKey } from '../../src/rules/index.ts';
import { commandLine, type Outcome } from '../command-line.ts';

const { finish, here, home, nos, start, ...real } = commandLine();
const { json } = here;

const SEARCH = ['search', '--task', 'digits-mlp', '--space', 'quick', '--protocol', 'quick'];

describe('a run', () => {
  const run = [...SEARCH, '--samples', '10', '--workers', '2', '--run', 'first'];

  it('ends with a leaderboard, and can be read by every command', async () => {
    const found = await real.json(run);
    expect(found).toMatchObject({ run: 'first', status: 'finished', told: 10, version: expect.any(String) });
    expect(found.rules.filter((row: { reference: boolean }) => row.reference)).toHaveLength(5);
    expect(found.rules[0]).toMatchObject({ rank: 1, evaluations: 4, retest: { rewards: expect.any(Array) } });

    const top = await json(['top', 'first', '-n', '3']);
    expect(top.run).toBe('first');
    expect(top.rules).toEqual(found.rules.slice(0, 3));
    for (const name of ['rank', 'rule', 'key', 'reward', 'learningRate', 'evaluations']) {
      expect(top.rules[0]).toHaveProperty(name);
    }
    const [listed] = (await json(['runs'])).runs.filter(({ name }: { name: string }) => name === 'first');
    expect(listed).toMatchObject({ status: 'finished', told: 10, config: { task: 'digits-mlp' } });

    const { evaluations } = await json(['log', 'first']);
    expect(evaluations.filter(({ role }: { role: string }) => role === 'proposal')).toHaveLength(10);
    const csv = (await here.nos(['log', 'first', '--csv'])).stdout.trimEnd().split('\n');
    expect(csv).toHaveLength(1 + evaluations.length);
    expect(csv[0]).toMatch(/^role,index,rule,key,reward,/);
    for (const args of [['--tidy'], ['--csv', '--tidy']]) {
      const tidy = (await here.nos(['log', 'first', ...args])).stdout.trimEnd().split('\n');
      expect(tidy[0]).toBe('role,index,rule,key,seed,status,measure,learningRate,epoch,value');
      const points = evaluations.reduce(
        (sum: number, { sweep, curve }: { sweep: unknown[]; curve: unknown[] }) =>
          sum + 1 + sweep.length + curve.length,
        0,
      );
      expect(tidy).toHaveLength(1 + points);
      expect(tidy[1]).toMatch(/,reward,/);
    }
    const jsonl = (await here.nos(['log', 'first', '--jsonl'])).stdout.trimEnd().split('\n');
    expect(jsonl.map((line) => JSON.parse(line))).toEqual(evaluations);

    expect((await json(['show', 'first'])).run).toMatchObject({ name: 'first', status: 'finished' });
    const whole = await here.nos(['show', 'first']);
    expect(whole.stdout).toMatch(/^space +quick$/m);
    expect(whole.stdout).not.toMatch(/^operands/m);
    const { proposal } = await json(['show', 'first', '9']);
    expect(proposal).toMatchObject({ index: 9, batch: 1, evaluation: { task: 'digits-mlp' } });
    const shown = await here.nos(['show', 'first', '9']);
    expect(shown.stdout.replaceAll(/ +/g, ' ')).toContain(`\nproposed as ${proposal.rule}`);
    const board = (await here.nos(['top', 'first'])).stdout;
    expect(board).toContain('◆ reference rule');
    expect(board).toContain(found.verdict.text);
    expect(top.verdict).toEqual(found.verdict);
    expect(found.verdict).toMatchObject({ finding: expect.stringMatching(/below|equal|above/), seeds: 3 });
  });

  it('spells a rule in one way, and numbers its proposals as show takes them', async () => {
    const { stdout } = await here.nos(['top', 'first', '-n', '99']);
    const rows = [...stdout.matchAll(/^ *\d* {4}(\S.*?)(?: {2}\(.*?\))? {2,}(\d+) {2}/gm)].slice(0, 3);
    expect(rows).toHaveLength(3);
    for (const [, rule, index = ''] of rows) {
      const { stdout: shown } = await here.nos(['show', 'first', index]);
      expect(shown.replaceAll(/ +/g, ' ')).toContain(`\nrule ${rule}\n`);
    }
  });

  it('folds near copies, tests none of them again, and lists them when asked', async () => {
    const warm = 'adam + 1e-3 * w,drop(m, 0.3),drop(m, 0.3) * exp(1e-3 * w)';
    const search = [...SEARCH, '--strategy', 'evolution', '--warm-start', warm, '--samples', '3'];
    const { rules } = await json([...search, '--run', 'copies']);
    const found = rules.filter(({ reference }: { reference: boolean }) => !reference);
    expect(found).toHaveLength(2);
    const near = found.find(({ like }: { like?: unknown }) => like);
    const other = found.find(({ like }: { like?: unknown }) => !like);
    expect(near).toMatchObject({ index: 0, like: { name: 'adam' }, evaluations: 1 });
    expect(other).toMatchObject({ copies: [{ index: 3 - other.index }], evaluations: 4 });
    const all = (await json(['top', 'copies', '--all'])).rules;
    expect(all).toHaveLength(rules.length + 1);
    expect(all.every((row: object) => !('copies' in row))).toBe(true);
    const { stdout } = await here.nos(['top', 'copies']);
    expect(stdout).toMatch(/ near adam$/m);
    expect(stdout).toMatch(/ \+1$/m);
  });

  it('remembers the operands and functions that it chose from, also where it is resumed', async () => {
    const choice = ['--iterations', '1', '--operands', 'g,tanh(m)', '--unary=-x', '--binary', 'x * y,x'];
    const { config } = await json([...SEARCH, ...choice, '--samples', '4', '--run', 'chosen']);
    expect(config.space).toEqual({
      name: 'quick',
      iterations: 1,
      operands: ['g', 'tanh(m)'],
      unary: ['-x'],
      binary: ['x * y', 'x'],
    });
    expect((await json(['resume', 'chosen'])).config).toEqual(config);
    const { evaluations } = await json(['log', 'chosen']);
    const possible = ['-g', '-tanh(m)', 'g * g', 'g * tanh(m)', 'tanh(m) * tanh(m)'];
    const keys = possible.map((text) => ruleKey(parseRule(text)));
    const found = evaluations.filter(({ role }: { role: string }) => role === 'proposal');
    expect(found).toHaveLength(4);
    for (const { key } of found) expect(keys).toContain(key);
    const { stdout } = await here.nos(['show', 'chosen']);
    expect(stdout).toMatch(/^space +quick, iterations 1$/m);
    expect(stdout).toMatch(/^operands \(2\) +g {2}tanh\(m\)\nunary \(1\) +-x\nbinary \(2\) +x \* y {2}x$/m);
  });

  it('says a line a batch on stderr, and what to do next on stdout', async () => {
    const { code, stdout, stderr } = await nos([...SEARCH, '--samples', '10']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^batch 2 {2}10\/10 rules {2}mean 0\.\d+ {2}best 0\.\d+ /m);
    expect(stdout).toMatch(/^run +quick-1, finished: 10 of 10 rules/m);
    expect(stdout).toContain('nos top quick-1');
  });

  it('is drawn by plot, with figures', async () => {
    const file = join(home, 'drawn.svg');
    const runs = ['first', 'quick-1'];
    const document = await json(['plot', ...runs, '-o', 'drawn.svg']);
    expect(document).toMatchObject({ file, task: 'digits-mlp', protocol: 'quick', chance: 0.1, window: 5 });
    const { evaluations } = await json(['log', 'first']);
    const proposals = evaluations.filter(({ role }: { role: string }) => role === 'proposal');
    expect(document.curves[0].rewards).toEqual(proposals.map(({ reward }: { reward: number }) => reward));
    // Both runs are of one seed, one of them under another name.
    expect(document.curves[1]).toEqual({ ...document.curves[0], run: 'quick-1' });
    expect(document.leads).toMatchObject([{ run: 'first', over: 'quick-1', difference: 0 }]);
    const svg = readFileSync(file, 'utf8');
    expect(svg.match(/<circle[^>]*r="2"/g)).toHaveLength(20);
    // Both runs have the same seed, so their references have the same rewards; the best comes first.
    const known = evaluations.filter(({ role }: { role: string }) => role === 'reference');
    const rewards = known.map(({ reward }: { reward: number }) => reward);
    expect(document.references.map(({ reward }: { reward: number }) => reward)).toEqual(
      rewards.sort((a: number, b: number) => b - a),
    );
    for (const text of [...runs, `best of ${runs[0]}`, 'chance', 'sampled rules'])
      expect(svg).toContain(`>${text}</text>`);

    const { code, stdout } = await here.nos(['plot', 'first']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^wrote .*first\.svg\n\nrun +rules +distinct +ends +first +last +last less first\nfirst +10\/10 /,
    );
    expect(stdout).toContain('fewer than 200 rules');
    expect(readFileSync(join(home, 'first.svg'), 'utf8')).toContain('</svg>');
    const lost = await here.nos(['plot', 'first', '-o', join(home, 'none', 'drawn.svg')]);
    expect([lost.code, lost.stderr]).toEqual([1, expect.stringMatching(/^nos: cannot write [^\n]*: /)]);
  });

  it('is estimated by --dry-run, which stores nothing', async () => {
    const store = join(home, 'dry.db');
    const document = await json([...SEARCH, '--samples', '10', '--dry-run', '--store', store]);
    expect(document.evaluations).toEqual({ proposals: 10, references: 5, retests: 30, total: 45 });
    const usual = ['search', '--task', 'digits-mlp', '--space', 'quick', '--samples', '10', '--dry-run'];
    const fast = await json([...usual, '--store', store]);
    expect(fast.config).toMatchObject({ protocol: 'fast', retest: { top: 4, seeds: 2, halving: true } });
    // Four found rules and five references have one seed, two and three of them another.
    expect(fast.evaluations).toMatchObject({ proposals: 10, retests: 4 + 2 + 5 + 3 });
    expect(document.secondsPerStep).toBeGreaterThan(0);
    expect(existsSync(store)).toBe(false);
  });

  /** Starts a search and sends it a signal once its first batch is told. */
  async function stop(signal: NodeJS.Signals, args: readonly string[]): Promise<Outcome> {
    const child = start([...SEARCH, ...args]);
    child.stderr?.on('data', (text: string) => {
      if (text.includes('batch 1 ')) child.kill(signal);
    });
    return finish(child);
  }

  it('stopped by SIGINT exits with 130, and resume gives what it would have given', async () => {
    const args = ['--samples', '25', '--seed', '3', '--json', '--run'];
    const { code, stdout } = await stop('SIGINT', [...args, 'stopped']);
    expect(code).toBe(130);
    const stopped = JSON.parse(stdout);
    expect(stopped.status).toBe('stopped');
    expect(stopped.told).toBeLessThan(25);
    const resumed = await real.json(['resume', 'stopped']);
    const other = { NOS_STORE: join(home, 'undisturbed.db') };
    const undisturbed = JSON.parse((await here.nos([...SEARCH, ...args, 'whole'], other)).stdout);
    expect(resumed.rules).toEqual(undisturbed.rules);
  });

  it('stopped by SIGTERM exits with 143, and prints the command that goes on', async () => {
    const { code, stdout } = await stop('SIGTERM', ['--samples', '500', '--run', 'terminated']);
    expect(code).toBe(143);
    expect(stdout).toContain('nos resume terminated');
  });
});
